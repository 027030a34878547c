import type { PathState } from '../mediamtx/media-api.ts';

const STALLED_AFTER_MS = 10_000;

/** Finds a stream that is up and watched and brings nothing: a frozen picture that everybody takes for live. */
export class StandStill {
  #bytes = -1;
  #since = 0;

  /** True when no byte came for 10 s. Told of every look, so that time without viewers does not count. */
  has(state: PathState | null, now: number): boolean {
    if (state === null || !state.ready || state.readers.length === 0) {
      this.#bytes = -1;
      return false;
    }
    if (state.bytesReceived !== this.#bytes || now < this.#since) {
      this.#bytes = state.bytesReceived;
      this.#since = now;
    }
    return now - this.#since >= STALLED_AFTER_MS;
  }
}
