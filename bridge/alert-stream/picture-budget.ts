// A thousand cameras half-way through a picture would fill the machine: what all streams hold together is capped, and a
// stream that meets the cap stops reading its socket until others are done.

/** Held by all streams of one process before the first must wait. */
export const MAX_HELD_BYTES = 256 * 1024 * 1024;

export class PictureBudget {
  readonly #maxBytes: number;
  readonly #held = new Map<symbol, number>();
  readonly #waiting = new Map<symbol, () => void>();
  #total = 0;
  /** Of the streams that found no room one goes on all the same, or all could wait for each other. */
  #privileged: symbol | null = null;

  constructor(maxBytes = MAX_HELD_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get heldBytes(): number {
    return this.#total;
  }

  /** Says what `holder` holds now; 0 when it is done. */
  hold(holder: symbol, bytes: number): void {
    this.#total += bytes - (this.#held.get(holder) ?? 0);
    if (bytes === 0) this.#held.delete(holder);
    else this.#held.set(holder, bytes);
    if (bytes === 0 && this.#privileged === holder) this.#privileged = null;
    this.#wake();
  }

  hasRoom(holder: symbol): boolean {
    if (this.#total <= this.#maxBytes || this.#privileged === holder) return true;
    if (this.#privileged !== null) return false;
    this.#privileged = holder;
    return true;
  }

  /** Resolves when `holder` may read on; `leave` ends the wait. */
  room(holder: symbol): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(holder, resolve);
      this.#wake();
    });
  }

  /** The holder's stream has ended. */
  leave(holder: symbol): void {
    this.hold(holder, 0);
    this.#waiting.get(holder)?.();
    this.#waiting.delete(holder);
  }

  #wake(): void {
    for (const [holder, resolve] of this.#waiting) {
      if (!this.hasRoom(holder)) return;
      this.#waiting.delete(holder);
      resolve();
    }
  }
}
