/** What a claimed length may reserve at once; more is reserved only as bytes really come. */
const TRUSTED_BYTES = 512 * 1024;
const FIRST_BYTES = 16 * 1024;

/** One part's body while it grows: contiguous, doubling, never larger than what arrived times two. */
export class GrowingBody {
  #bytes: Buffer;
  length = 0;

  constructor(claimedLength: number | null) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(claimedLength ?? FIRST_BYTES, TRUSTED_BYTES) || FIRST_BYTES);
  }

  append(chunk: Buffer): void {
    const needed = this.length + chunk.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.length);
    this.length = needed;
  }

  view(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }
}
