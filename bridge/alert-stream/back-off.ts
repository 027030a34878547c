/** Waits between attempts to connect (ISAPI.md 3.5); the last one repeats. */
const WAITS_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/**
 * Bytes came for so long: that stream was good, and the next wait is the shortest again. Below the 40 s after which some
 * recorders close every stream (ISAPI.md 3.4): waiting longer and longer for those would lose most of what passes.
 */
const HEALTHY_MS = 20_000;
/** Each wait is spread by this share, so that many cameras do not come back in step. */
const JITTER = 0.25;

/** Bounds how often one camera is asked: at most seven times in the first minute, then about twice a minute. */
export class BackOff {
  #failures = 0;

  /**
   * The wait before the next attempt, in ms. `healthyMs`: from the opening of the stream to its last byte; 0 when it did
   * not open or said nothing. `random` is in 0…1.
   */
  next(healthyMs: number, random: number): number {
    if (healthyMs >= HEALTHY_MS) this.#failures = 0;
    const wait = WAITS_MS[Math.min(this.#failures, WAITS_MS.length - 1)] ?? WAITS_MS[4];
    this.#failures += 1;
    return Math.round(wait * (1 - JITTER + 2 * JITTER * random));
  }
}
