/** Pauses before a restart; the last one repeats. */
const PAUSES_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** Who lived this long was healthy: the next pause is the shortest again. */
const HEALTHY_MS = 60_000;

/** The first crash costs the viewers a moment; one after the other, they must not keep a core busy with restarts. */
export class RestartPause {
  #crashes = 0;

  /** In ms, after a life of `livedMs`. */
  next(livedMs: number): number {
    if (livedMs >= HEALTHY_MS) this.#crashes = 0;
    const pause = PAUSES_MS[Math.min(this.#crashes, PAUSES_MS.length - 1)] ?? PAUSES_MS[5];
    this.#crashes += 1;
    return pause;
  }
}
