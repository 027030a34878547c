import type { Clock } from '../../shared/support/clock.ts';

/** What one camera is asked of its memory in any minute, pages and pictures of a long outage included. */
export const MAX_QUERIES_PER_MINUTE = 120;
/** Between two of them: one query has its turn, then whoever else waits for the camera. */
const BETWEEN_MS = 200;
const MINUTE_MS = 60_000;

/** Spreads the questions to one camera. */
export class QueryPace {
  readonly #clock: Clock;
  #asked: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when one more may be asked, and counts it; rejects when `signal` aborts first. */
  async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const now = this.#clock.now();
      // A clock that was set back must not hold the questions for as long.
      this.#asked = this.#asked.filter((at) => at >= now - MINUTE_MS && at <= now);
      const first = this.#asked[0];
      const isFull = this.#asked.length >= MAX_QUERIES_PER_MINUTE && first !== undefined;
      const waitMs = isFull
        ? first + MINUTE_MS + 1 - now
        : (this.#asked.at(-1) ?? Number.NEGATIVE_INFINITY) + BETWEEN_MS - now;
      if (waitMs <= 0) break;
      await this.#clock.sleep(waitMs, signal);
    }
    this.#asked.push(this.#clock.now());
  }
}
