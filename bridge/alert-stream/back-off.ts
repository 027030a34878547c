/** Waits between attempts to connect (ISAPI.md 3.5); the last one repeats. */
const WAITS_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** A stream that lived this long was healthy: the next wait is the shortest again. */
const HEALTHY_MS = 60_000;
/** Each wait is spread by this share, so that many cameras do not come back in step. */
const JITTER = 0.25;

/** Bounds how often one camera is asked: at most about 20 connects in the first minute, two a minute after that. */
export class BackOff {
  #failures = 0;

  /** The wait before the next attempt, in ms, after one that lived `livedMs`. `random` is in 0…1. */
  next(livedMs: number, random: number): number {
    if (livedMs >= HEALTHY_MS) this.#failures = 0;
    const wait = WAITS_MS[Math.min(this.#failures, WAITS_MS.length - 1)] ?? WAITS_MS[4];
    this.#failures += 1;
    return Math.round(wait * (1 - JITTER + 2 * JITTER * random));
  }
}
