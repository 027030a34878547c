import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { Bell } from './bell.ts';

const FIRST_PAUSE_MS = 200;
/** So a gate shows reads again within this time of AWS coming back. */
const LONGEST_PAUSE_MS = 15_000;

export type UplinkOptions = {
  name: string;
  clock: Clock;
  log: Log;
  /** Uniform in [0, 1). */
  random: () => number;
  /** How many messages wait for it. */
  waiting: () => number;
};

/**
 * The way to AWS that several senders share. Once it fails, all of them stop and one at a time probes, with a pause
 * that doubles; one outage is one line when it begins and one when it ends.
 */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #bell = new Bell();
  #outage: { since: number; failures: number } | null = null;
  #probing = false;

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  /**
   * Runs `send` as soon as the uplink may be used, and learns from it. `send` resolves with how many messages AWS
   * answered for; 0 says nothing about the uplink. Never throws: a failed `send` has put back what it took.
   */
  async attempt(send: () => Promise<number>, signal: AbortSignal): Promise<void> {
    const probe = await this.#turn(signal);
    try {
      if (signal.aborted) return;
      if ((await send()) > 0) this.#works();
    } catch (error) {
      this.#fails(error, probe);
    } finally {
      if (probe) this.#probing = false;
      this.#bell.ring();
    }
  }

  /** Resolves when the caller may send: true when it is the probe of an outage. */
  async #turn(signal: AbortSignal): Promise<boolean> {
    while (this.#outage !== null && !signal.aborted) {
      if (!this.#probing) {
        this.#probing = true;
        await this.#options.clock.sleep(this.#pauseMs(this.#outage.failures), signal).catch(() => {});
        return true;
      }
      await this.#bell.heard(signal);
    }
    return false;
  }

  /** Half of it is chance, so that bridges cut off together do not come back together. */
  #pauseMs(failures: number): number {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    return pause * (0.5 + this.#options.random() / 2);
  }

  #works(): void {
    if (this.#outage === null) return;
    const { name, clock, log, waiting } = this.#options;
    const { since, failures } = this.#outage;
    this.#outage = null;
    log.info('outbox.delivery.recovered', { uplink: name, afterMs: clock.now() - since, failures, waiting: waiting() });
  }

  #fails(error: unknown, probe: boolean): void {
    if (this.#outage !== null) {
      // Senders that were under way when it began tell nothing new.
      if (probe) this.#outage.failures += 1;
      return;
    }
    const { name, clock, log, waiting } = this.#options;
    this.#outage = { since: clock.now(), failures: 1 };
    log.warn('outbox.delivery.failed', { uplink: name, reason: reasonOf(error), waiting: waiting() });
  }
}
