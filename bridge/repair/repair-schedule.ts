// When the camera's memory is asked: after every connect, every few minutes, when a row has come of age, and for every
// vehicle of a camera whose stream has no plates.
import type { Clock } from '../../shared/support/clock.ts';

/** A camera that only pushes gives no sign of life to begin with. */
const FIRST_SWEEP_AFTER_MS = 30_000;
/** A stream that comes and goes must not ask for an hour of rows each time. */
const BETWEEN_CONNECTS_MS = 20_000;
/** The next try after one that failed, or that was not brought to an end. */
const RETRY_AFTER_MS = 30_000;
const RESUME_AFTER_MS = 1_000;
/** A camera without a memory that no reconnect tells us of. */
const UNSUPPORTED_AGAIN_AFTER_MS = 3_600_000;
/** Vehicles come with several events; one question is for all of them. */
const VEHICLE_DEBOUNCE_MS = 200;
const BETWEEN_VEHICLES_MS = 1_000;
/** A plate that was not in the memory yet. */
const SECOND_LOOK_AFTER_MS = 1_000;

/** `sweep`: from well before the cursor; `look`: only what came of age or has just passed. */
export type Turn = 'sweep' | 'look' | 'vehicle';

export class RepairSchedule {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #isSupported = true;
  #sweepAt: number;
  #lookAt = Number.POSITIVE_INFINITY;
  #vehicleAt = Number.POSITIVE_INFINITY;
  #vehicleAskedAt = Number.NEGATIVE_INFINITY;
  #sweptAt = Number.NEGATIVE_INFINITY;
  #secondLookIsDue = false;
  #wake = new AbortController();

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#sweepAt = clock.now() + Math.min(FIRST_SWEEP_AFTER_MS, everyMs);
  }

  connected(): void {
    this.#isSupported = true;
    const now = this.#clock.now();
    const soonest = this.#sweptAt > now ? now : this.#sweptAt + BETWEEN_CONNECTS_MS;
    this.#sweepAt = Math.max(now, soonest);
    this.#wake.abort();
  }

  vehicle(): void {
    this.#secondLookIsDue = true;
    this.#askForVehicle(VEHICLE_DEBOUNCE_MS);
  }

  /** `lookAt`: when the first row that was too young comes of age. */
  swept({ turn, found, lookAt, isWhole }: { turn: Turn; found: boolean; lookAt: number; isWhole: boolean }): void {
    const now = this.#clock.now();
    this.#lookAt = lookAt;
    if (turn === 'sweep') {
      this.#sweptAt = now;
      this.#sweepAt = now + (isWhole ? this.#everyMs : RESUME_AFTER_MS);
    }
    if (turn === 'vehicle' && !found && this.#secondLookIsDue) {
      this.#secondLookIsDue = false;
      this.#askForVehicle(SECOND_LOOK_AFTER_MS);
    }
  }

  failed({ soon }: { soon: boolean }): void {
    this.#sweepAt = this.#clock.now() + (soon ? Math.min(RETRY_AFTER_MS, this.#everyMs) : this.#everyMs);
    this.#lookAt = Number.POSITIVE_INFINITY;
  }

  /** Nothing more is asked until the next connect. */
  notSupported(): void {
    this.#isSupported = false;
    this.#sweepAt = this.#clock.now() + UNSUPPORTED_AGAIN_AFTER_MS;
    this.#lookAt = Number.POSITIVE_INFINITY;
    this.#vehicleAt = Number.POSITIVE_INFINITY;
  }

  /** Resolves when it is time; rejects when `signal` aborts first. */
  async turn(signal: AbortSignal): Promise<Turn> {
    for (;;) {
      signal.throwIfAborted();
      const now = this.#clock.now();
      const turn = this.#due(now);
      if (turn !== null) return turn;
      this.#wake = new AbortController();
      const first = Math.min(this.#sweepAt, this.#lookAt, this.#vehicleAt);
      await this.#clock.sleep(first - now, AbortSignal.any([signal, this.#wake.signal])).catch(() => {});
    }
  }

  #due(now: number): Turn | null {
    // Our own clock may be set back by an hour: no wait may grow by it.
    this.#sweepAt = Math.min(this.#sweepAt, now + (this.#isSupported ? this.#everyMs : UNSUPPORTED_AGAIN_AFTER_MS));
    if (this.#sweepAt <= now) return 'sweep';
    if (this.#vehicleAt <= now) {
      this.#vehicleAt = Number.POSITIVE_INFINITY;
      this.#vehicleAskedAt = now;
      return 'vehicle';
    }
    if (this.#lookAt > now) return null;
    this.#lookAt = Number.POSITIVE_INFINITY;
    return 'look';
  }

  #askForVehicle(afterMs: number): void {
    if (!this.#isSupported) return;
    const now = this.#clock.now();
    const soonest = this.#vehicleAskedAt > now ? now : this.#vehicleAskedAt + BETWEEN_VEHICLES_MS;
    this.#vehicleAt = Math.min(this.#vehicleAt, Math.max(now + afterMs, soonest));
    this.#wake.abort();
  }
}
