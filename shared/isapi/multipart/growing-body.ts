import type { BodyPool } from './body-pool.ts';

/** What a claimed length may reserve at once; more is reserved only as bytes really come. */
const TRUSTED_BYTES = 512 * 1024;
const FIRST_BYTES = 16 * 1024;

/** One part's body while it grows: contiguous, doubling, never larger than what arrived times two. */
export class GrowingBody {
  readonly #pool: BodyPool | null;
  #bytes: Buffer;
  length = 0;

  constructor(claimedLength: number | null, pool: BodyPool | null) {
    this.#pool = pool;
    this.#bytes = this.#allocate(Math.min(claimedLength ?? FIRST_BYTES, TRUSTED_BYTES) || FIRST_BYTES);
  }

  append(chunk: Buffer): void {
    const needed = this.length + chunk.length;
    if (needed > this.#bytes.length) {
      const before = this.#bytes;
      this.#bytes = this.#allocate(Math.max(needed, before.length * 2));
      before.copy(this.#bytes, 0, 0, this.length);
      this.#pool?.give(before);
    }
    chunk.copy(this.#bytes, this.length);
    this.length = needed;
  }

  view(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  #allocate(bytes: number): Buffer {
    return this.#pool?.take(bytes) ?? Buffer.allocUnsafeSlow(bytes);
  }
}
