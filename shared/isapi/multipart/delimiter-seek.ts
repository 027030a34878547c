// Between parts: what comes before the next delimiter line is junk, and of that only what may yet become one is kept.
import { announcedDelimiter, delimiterOnTheWire, findDelimiter, isOnTheWire } from './boundary.ts';

/** How much is kept while the boundary is not yet known. */
const MAX_UNKNOWN_BYTES = 16 * 1024;
/** Bytes kept before a possible delimiter, to see whether it starts a line. */
const CONTEXT_BYTES = 2;

/** `next` is the byte after the delimiter's line; `keep` must come again before the bytes that follow. */
export type Sought = { next: number } | { keep: Buffer };

export class DelimiterSeek {
  readonly #announced: Buffer | null;
  #delimiter: Buffer | null = null;
  /** Bytes at the front of what was kept that were searched already, and only tell whether a line starts. */
  #context = 0;
  #junk = 0;

  constructor(contentType: string) {
    this.#announced = announcedDelimiter(contentType);
  }

  /** The delimiter that the bytes use; null before the first. */
  get delimiter(): Buffer | null {
    return this.#delimiter;
  }

  /** The bytes use another delimiter than their head announced. */
  get isForeign(): boolean {
    return this.#announced !== null && this.#delimiter !== null && this.#delimiter !== this.#announced;
  }

  /** Bytes that stood before the last delimiter found, line breaks and blanks apart; reading it starts the count anew. */
  takeJunk(): number {
    const junk = this.#junk;
    this.#junk = 0;
    return junk;
  }

  /** `input` starts anew, where a part has just ended. */
  reset(): void {
    this.#context = 0;
  }

  seek(input: Buffer, last: boolean): Sought {
    const delimiter = this.#delimiter ?? this.#learn(input, last);
    if (delimiter === null) {
      if (last) this.#count(input);
      return { keep: input.subarray(-MAX_UNKNOWN_BYTES) };
    }
    const found = findDelimiter(input, delimiter, this.#context, last);
    if (found === 'none') return this.#keepTail(input, delimiter, last);
    if (found.end === -1) return { keep: input };
    this.#count(input.subarray(0, found.start));
    this.#context = 0;
    return { next: found.end };
  }

  #learn(input: Buffer, last: boolean): Buffer | null {
    const announced = this.#announced;
    const isAsAnnounced = announced !== null && isOnTheWire(input, announced, last);
    this.#delimiter = isAsAnnounced ? announced : delimiterOnTheWire(input);
    return this.#delimiter;
  }

  #keepTail(input: Buffer, delimiter: Buffer, last: boolean): Sought {
    const dropped = last ? input.length : Math.max(0, input.length - (delimiter.length - 1 + CONTEXT_BYTES));
    this.#count(input.subarray(0, dropped));
    if (dropped > 0) this.#context = CONTEXT_BYTES;
    return { keep: input.subarray(dropped) };
  }

  #count(bytes: Buffer): void {
    if (bytes.some((byte) => byte !== 0x0a && byte !== 0x0d && byte !== 0x20 && byte !== 0)) this.#junk += bytes.length;
  }
}
