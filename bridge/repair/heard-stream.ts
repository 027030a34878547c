// What the stream's side has told of one camera: whether it is up, since when, and whether it carries plates at all.
import type { Clock } from '../../shared/support/clock.ts';

/** What a camera has kept for a stream it sends as soon as one is up; then no road but its memory is left. */
const REPLAYED_WITHIN_MS = 45_000;
/** Of a row's age, which each look measures anew. */
const AGE_ERROR_MS = 5_000;

export class HeardStream {
  readonly #clock: Pick<Clock, 'now'>;
  #reads = 0;
  #vehicles = 0;
  #sendsNoPlates = false;
  /** While a stream is held; its end ends what is being asked. */
  connection: AbortSignal | null = null;
  /** UTC ms: since when it is held. */
  #since: number | null = null;
  /** UTC ms: since when not all was heard that the camera's memory has not made good; null while all was. */
  #until: number | null = null;
  /** Until then an earlier process had asked the memory; what else it had heard nobody knows. */
  #isOfEarlier = false;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** An earlier process has asked the memory to its end then; null: none has. */
  resume(sweptAt: number | null): void {
    if (sweptAt === null) return;
    this.#until = sweptAt;
    this.#isOfEarlier = true;
  }

  connected(connection: AbortSignal): void {
    this.connection = connection;
    this.#since = this.#clock.now();
    const ended = () => {
      if (this.connection !== connection) return;
      this.connection = null;
      this.#since = null;
      // A stream that came for a moment in between heard nothing of what had passed before.
      this.#until ??= this.#clock.now();
    };
    connection.addEventListener('abort', ended, { once: true });
  }

  /** All that passed until `safeUntil`, UTC ms, is safe: the memory was asked to its end. */
  swept(safeUntil: number): void {
    if (this.#until === null) return;
    const isAllHeard = this.#since !== null && this.#since <= safeUntil;
    if (!isAllHeard && safeUntil <= this.#until) return;
    this.#until = isAllHeard ? null : safeUntil;
    this.#isOfEarlier = false;
  }

  read(): void {
    this.#reads += 1;
  }

  vehicle(): void {
    this.#vehicles += 1;
  }

  sendsNoPlates(): void {
    this.#sendsNoPlates = true;
  }

  /** False where it tells of vehicles and never of a plate, or where the firmware is known to. */
  get carriesPlates(): boolean {
    return this.#reads > 0 || !(this.#vehicles > 0 || this.#sendsNoPlates);
  }

  /**
   * For what passed before the stream that is up and after all that is safe: until when the camera's replay may tell of it. One
   * instant for all of them, so that one look at the memory finds them. Null for what a stream told of, and while none is
   * up. All UTC ms.
   */
  replayedUntil(passedAt: number): number | null {
    if (this.#since === null || this.#until === null) return null;
    const isUnheard = passedAt > this.#until - AGE_ERROR_MS && passedAt < this.#since;
    return isUnheard ? this.#since + REPLAYED_WITHIN_MS : null;
  }

  /** When it has told of the plates that passed: nothing is lost then, whatever the camera forgets. */
  get span(): { heardSince: number | null; heardUntil: number | null } {
    return this.carriesPlates
      ? { heardSince: this.#since, heardUntil: this.#isOfEarlier ? null : this.#until }
      : { heardSince: null, heardUntil: null };
  }
}
