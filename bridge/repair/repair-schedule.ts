// When the camera's memory is asked: after every connect, every few minutes, when a row has come of age, and for every
// vehicle of a camera whose stream has no plates; and from its beginning when its clock may have stood elsewhere meanwhile.
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
/** A clock that was set and put right again between two sweeps shows in nothing but the memory itself. */
const FULL_EVERY_MS = 24 * 3_600_000;
/** What was missed last, and its pictures, come first. */
const FULL_AFTER_MS = 60_000;
/** Between two parts of a full sweep: half of the questions of a minute stay free for all else. */
const FULL_RESUME_AFTER_MS = 4_000;
/** Whatever happens, full sweeps ask ten questions a minute in the long run. */
const FULL_PAUSE_PER_QUESTION_MS = 6_000;
/** Vehicles come with several events; one question is for all of them. */
const VEHICLE_DEBOUNCE_MS = 200;
const BETWEEN_VEHICLES_MS = 1_000;
/** A plate that was not in the memory yet. */
const SECOND_LOOK_AFTER_MS = 1_000;

/** `sweep`: from well before the cursor; `look`: only what came of age or has just passed; `full`: all there is, in parts. */
export type Turn = 'sweep' | 'look' | 'vehicle' | 'full';

export type Swept = {
  turn: Turn;
  found: boolean;
  /** When the first row that was too young comes of age. */
  lookAt: number;
  isWhole: boolean;
};

export class RepairSchedule {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #isSupported = true;
  #sweepAt: number;
  #lookAt = Number.POSITIVE_INFINITY;
  #vehicleAt = Number.POSITIVE_INFINITY;
  /** Only after the first sweep, which has what was missed last. */
  #fullAt = Number.POSITIVE_INFINITY;
  #fullNotBefore = Number.NEGATIVE_INFINITY;
  #isFullWanted = true;
  #isFullUnderWay = false;
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

  /** Rows may bear names that no sweep asks for: all is to be asked for, once more where that is being done. */
  wantFull(): void {
    this.#isFullWanted = true;
  }

  swept({ turn, found, lookAt, isWhole }: Swept): void {
    const now = this.#clock.now();
    this.#lookAt = lookAt;
    if (turn === 'sweep') {
      this.#sweptAt = now;
      this.#sweepAt = now + (isWhole ? this.#everyMs : RESUME_AFTER_MS);
      if (isWhole && this.#isFullWanted) this.#fullAt = Math.min(this.#fullAt, this.#soonestFull(now));
    }
    if (turn === 'vehicle' && !found && this.#secondLookIsDue) {
      this.#secondLookIsDue = false;
      this.#askForVehicle(SECOND_LOOK_AFTER_MS);
    }
  }

  /** After each part; `questions`: of all of them. */
  fullSwept({ isWhole, questions }: { isWhole: boolean; questions: number }): void {
    const now = this.#clock.now();
    this.#fullNotBefore = now + questions * FULL_PAUSE_PER_QUESTION_MS;
    this.#fullAt = now + FULL_RESUME_AFTER_MS;
    this.#isFullUnderWay = !isWhole;
    if (isWhole) this.#fullAt = this.#isFullWanted ? this.#soonestFull(now) : now + FULL_EVERY_MS;
  }

  /** `lookAt`: as of `Swept`. */
  failed({ soon, lookAt }: { soon: boolean; lookAt: number }): void {
    const retryAt = this.#clock.now() + RETRY_AFTER_MS;
    this.#sweepAt = this.#clock.now() + (soon ? Math.min(RETRY_AFTER_MS, this.#everyMs) : this.#everyMs);
    this.#lookAt = Math.max(lookAt, retryAt);
    this.#fullAt = Math.max(this.#fullAt, retryAt);
  }

  /** Nothing more is asked until the next connect. */
  notSupported(): void {
    this.#isSupported = false;
    this.#sweepAt = this.#clock.now() + UNSUPPORTED_AGAIN_AFTER_MS;
    this.#lookAt = Number.POSITIVE_INFINITY;
    this.#vehicleAt = Number.POSITIVE_INFINITY;
    this.#fullAt = Number.POSITIVE_INFINITY;
    this.#isFullWanted = true;
  }

  /** Resolves when it is time; rejects when `signal` aborts first. */
  async turn(signal: AbortSignal): Promise<Turn> {
    for (;;) {
      signal.throwIfAborted();
      const now = this.#clock.now();
      const turn = this.#due(now);
      if (turn !== null) return turn;
      this.#wake = new AbortController();
      const first = Math.min(this.#sweepAt, this.#lookAt, this.#vehicleAt, this.#fullAt);
      await this.#clock.sleep(first - now, AbortSignal.any([signal, this.#wake.signal])).catch(() => {});
    }
  }

  #due(now: number): Turn | null {
    // Our own clock may be set back by an hour: no wait may grow by it.
    this.#sweepAt = Math.min(this.#sweepAt, now + (this.#isSupported ? this.#everyMs : UNSUPPORTED_AGAIN_AFTER_MS));
    this.#fullAt = Math.min(this.#fullAt, now + FULL_EVERY_MS);
    if (this.#sweepAt <= now) return 'sweep';
    if (this.#vehicleAt <= now) {
      this.#vehicleAt = Number.POSITIVE_INFINITY;
      this.#vehicleAskedAt = now;
      return 'vehicle';
    }
    if (this.#lookAt <= now) {
      this.#lookAt = Number.POSITIVE_INFINITY;
      return 'look';
    }
    if (this.#fullAt > now) return null;
    this.#isFullWanted &&= this.#isFullUnderWay;
    this.#isFullUnderWay = true;
    return 'full';
  }

  #soonestFull(now: number): number {
    return Math.max(now + FULL_AFTER_MS, Math.min(this.#fullNotBefore, now + FULL_EVERY_MS));
  }

  #askForVehicle(afterMs: number): void {
    if (!this.#isSupported) return;
    const now = this.#clock.now();
    const soonest = this.#vehicleAskedAt > now ? now : this.#vehicleAskedAt + BETWEEN_VEHICLES_MS;
    this.#vehicleAt = Math.min(this.#vehicleAt, Math.max(now + afterMs, soonest));
    this.#wake.abort();
  }
}
