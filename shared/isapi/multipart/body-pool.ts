// Memory for pictures, used again: a new 300 kB for every scene costs a stream more in garbage collection than its
// parsing does.

/** A plate, and a scene; larger pictures get memory of their own. */
const SIZES_BYTES: readonly number[] = [64 * 1024, 512 * 1024];
/** Kept for the next picture, of each size. */
const MAX_FREE = 8;

export class BodyPool {
  readonly #free: ArrayBuffer[][] = SIZES_BYTES.map(() => []);

  /** At least `bytes` long, with anything in it. */
  take(bytes: number): Buffer {
    const size = SIZES_BYTES.findIndex((limit) => bytes <= limit);
    const limit = SIZES_BYTES[size];
    if (limit === undefined) return Buffer.allocUnsafeSlow(bytes);
    const memory = this.#free[size]?.pop();
    return memory ? Buffer.from(memory) : Buffer.allocUnsafeSlow(limit);
  }

  /** The memory behind `bytes` may be overwritten from now on; bytes that were not taken here are left alone. */
  give({ buffer }: Uint8Array): void {
    const free = this.#free[SIZES_BYTES.indexOf(buffer.byteLength)];
    if (!free || !(buffer instanceof ArrayBuffer) || free.length >= MAX_FREE || free.includes(buffer)) return;
    free.push(buffer);
  }
}
