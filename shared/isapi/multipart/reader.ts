// Reads a camera's endless multipart: a part is handed on when its last byte is in, a bad part costs that part only,
// and memory is bounded by the part limit. It answers to every framing of ISAPI.md 3.2 and 5.1.

import type { BodyPool } from './body-pool.ts';
import { findDelimiter } from './boundary.ts';
import { DelimiterSeek } from './delimiter-seek.ts';
import { GrowingBody } from './growing-body.ts';
import { type BodyEnd, kindOf, PartBody } from './part-body.ts';
import { headerBlock, NO_HEADERS, type PartHeaders, readPartHeaders } from './part-headers.ts';

/** Largest part kept; a scene in full resolution is about 4 MB. A larger part is refused and skipped. */
export const MAX_PART_BYTES = 8 * 1024 * 1024;
/** Largest header block of one part. */
const MAX_HEADER_BYTES = 8 * 1024;
/** Enough for a byte-order mark and one byte more. */
const BYTES_TO_SNIFF = 4;
const EMPTY = Buffer.alloc(0);

export type PartFault =
  | 'part_too_large'
  | 'part_headers_too_large'
  | 'part_truncated'
  | 'part_length_wrong'
  | 'boundary_not_as_announced'
  | 'junk_between_parts';

export type MultipartOutput =
  | { type: 'part'; headers: PartHeaders; body: Buffer }
  | { type: 'fault'; fault: PartFault; bytes: number };

type State = 'seek' | 'headers' | 'body' | 'skip';

export class MultipartReader {
  readonly #contentType: string;
  readonly #delimiters: DelimiterSeek;
  readonly #maxPartBytes: number;
  readonly #pool: BodyPool | null;
  #state: State = 'seek';
  #pending: Buffer = EMPTY;
  #afterDocument = false;
  #headers: PartHeaders = NO_HEADERS;
  #part: PartBody | null = null;
  #body: GrowingBody | null = null;
  #outputs: MultipartOutput[] = [];

  /** With a `pool`, bodies are good until they are given back to it. */
  constructor(contentType: string, options: { maxPartBytes?: number; pool?: BodyPool } = {}) {
    this.#contentType = contentType;
    this.#delimiters = new DelimiterSeek(contentType);
    this.#maxPartBytes = options.maxPartBytes ?? MAX_PART_BYTES;
    this.#pool = options.pool ?? null;
  }

  /** Bytes held for parts not yet whole. */
  get heldBytes(): number {
    return this.#pending.length + (this.#body?.length ?? 0);
  }

  /** Whether a part has begun whose end has not been seen: ask `settle` when the sender then falls silent. */
  get isInsidePart(): boolean {
    return this.#state === 'body';
  }

  /** The part's length says that more is to come, and what looks like the next part has come: `settle` before long. */
  get isInDoubt(): boolean {
    return this.#part?.isInDoubt ?? false;
  }

  /** `chunk` may be used again by the caller afterwards: whatever is kept or handed on is a copy of it. */
  push(chunk: Buffer): MultipartOutput[] {
    return this.#run(this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]), false);
  }

  /**
   * Gives up on a length larger than what came, if the bytes show where the part ends: when the sender has paused, or, not
   * `isPaused`, when what stands in the part has looked like the next one for a while, and still does.
   */
  settle({ isPaused = true } = {}): MultipartOutput[] {
    if (this.#state !== 'body') return [];
    const bytes = this.#body?.view() ?? EMPTY;
    const verdict = this.#part?.judge(bytes, { quiet: true }) ?? 'more';
    if (verdict === 'more') return [];
    if (!isPaused && 'truncatedAt' in verdict && this.#goesOn(bytes.subarray(verdict.truncatedAt))) return [];
    return this.#run(this.#conclude(bytes, verdict), false);
  }

  /** Whether these bytes only begin like parts, and then are what they stand in. */
  #goesOn(bytes: Buffer): boolean {
    const trial = new MultipartReader(this.#contentType);
    const read = [...trial.push(bytes), ...trial.end()];
    return read.some((output) => output.type === 'fault' && output.fault === 'junk_between_parts');
  }

  /** The sender is done: what is whole is handed on, what is not is counted. */
  end(): MultipartOutput[] {
    return this.#run(this.#pending, true);
  }

  #run(input: Buffer, last: boolean): MultipartOutput[] {
    this.#pending = EMPTY;
    let rest: Buffer | null = input;
    while (rest !== null) rest = this.#step(rest, last);
    if (this.#pending.length > 0) this.#pending = Buffer.from(this.#pending);
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  /** One step; the bytes still to be read, or null when more have to come. */
  #step(input: Buffer, last: boolean): Buffer | null {
    switch (this.#state) {
      case 'seek':
        return this.#seek(input, last);
      case 'headers':
        return this.#readHeaders(input, last);
      case 'body':
        return this.#readBody(input, last);
      case 'skip':
        return this.#skip(input, last);
    }
  }

  #seek(input: Buffer, last: boolean): Buffer | null {
    if (this.#afterDocument) {
      const kind = kindOf(input);
      if (kind === null) return this.#wait(input.subarray(-BYTES_TO_SNIFF), last);
      this.#afterDocument = false;
      // Several documents in one part, or one glued behind it (ISAPI.md 3.2).
      if (kind === 'document') return this.#begin({ ...this.#headers, contentLength: null }, input);
    }
    const isFirst = this.#delimiters.delimiter === null;
    const sought = this.#delimiters.seek(input, last);
    if (isFirst && this.#delimiters.isForeign) this.#fault('boundary_not_as_announced', 0);
    if ('keep' in sought && !last) return this.#wait(sought.keep, last);
    const junk = this.#delimiters.takeJunk();
    if (junk > 0) this.#fault('junk_between_parts', junk);
    if ('keep' in sought) return null;
    this.#state = 'headers';
    return input.subarray(sought.next);
  }

  #readHeaders(input: Buffer, last: boolean): Buffer | null {
    const delimiter = this.#delimiters.delimiter ?? EMPTY;
    const start = input.subarray(0, delimiter.length);
    if (start.length > 0 && start.compare(delimiter, 0, start.length) === 0) {
      const doubled = start.length < delimiter.length ? 'cut short' : findDelimiter(input, delimiter, 0, last);
      if (doubled === 'cut short') return this.#wait(input, last);
      if (doubled !== 'none' && doubled.start === 0) {
        return doubled.end === -1 ? this.#wait(input, last) : input.subarray(doubled.end);
      }
    }
    const block = headerBlock(input, 0);
    if ((block?.next ?? input.length) > MAX_HEADER_BYTES) {
      this.#fault('part_headers_too_large', Math.min(input.length, block?.next ?? input.length));
      this.#state = 'skip';
      return input;
    }
    if (block === null) {
      return this.#wait(input, last);
    }
    return this.#begin(readPartHeaders(block.text), input.subarray(block.next));
  }

  #begin(headers: PartHeaders, rest: Buffer): Buffer {
    this.#headers = headers;
    if ((headers.contentLength ?? 0) > this.#maxPartBytes) {
      this.#fault('part_too_large', headers.contentLength ?? 0);
      this.#state = 'skip';
    } else {
      this.#part = new PartBody(this.#delimiters.delimiter ?? EMPTY, headers.contentLength);
      this.#state = 'body';
    }
    return rest;
  }

  #readBody(input: Buffer, last: boolean): Buffer | null {
    this.#body?.append(input);
    const bytes = this.#body?.view() ?? input;
    const verdict = this.#part?.judge(bytes, { last }) ?? 'more';
    if (verdict !== 'more') return this.#conclude(bytes, verdict);
    if (bytes.length > this.#maxPartBytes) {
      this.#fault('part_too_large', bytes.length);
      this.#leavePart(EMPTY);
      this.#state = 'skip';
      return this.#skip(bytes, last);
    }
    if (this.#body === null && input.length > 0) {
      this.#body = new GrowingBody(this.#headers.contentLength, this.#pool);
      this.#body.append(input);
    }
    return null;
  }

  #conclude(bytes: Buffer, end: BodyEnd | { truncatedAt: number }): Buffer {
    if ('truncatedAt' in end) {
      if (bytes.length > 0) this.#fault('part_truncated', end.truncatedAt);
      return this.#leavePart(bytes.subarray(end.truncatedAt));
    }
    if (end.wrongLength) this.#fault('part_length_wrong', end.whole);
    const body = bytes.subarray(0, end.whole);
    // A body that grew over several reads is ours already; one that came in a single read is the caller's memory.
    const own = this.#body === null ? this.#copyOf(body) : body;
    if (body.length > 0) this.#outputs.push({ type: 'part', headers: this.#headers, body: own });
    const rest = this.#leavePart(bytes.subarray(end.next));
    this.#afterDocument = kindOf(body) === 'document';
    return rest;
  }

  #copyOf(body: Buffer): Buffer {
    const copy = new GrowingBody(body.length, kindOf(body) === 'picture' ? this.#pool : null);
    copy.append(body);
    return copy.view();
  }

  #leavePart(rest: Buffer): Buffer {
    this.#part = null;
    this.#body = null;
    this.#delimiters.reset();
    this.#afterDocument = false;
    this.#state = 'seek';
    return rest;
  }

  /** What is skipped was counted as one fault already, whatever is in it. */
  #skip(input: Buffer, last: boolean): Buffer | null {
    const sought = this.#delimiters.seek(input, last);
    this.#delimiters.takeJunk();
    if ('keep' in sought) return this.#wait(sought.keep, last);
    this.#state = 'headers';
    return input.subarray(sought.next);
  }

  #wait(bytes: Buffer, last: boolean): null {
    this.#pending = last ? EMPTY : bytes;
    return null;
  }

  #fault(fault: PartFault, bytes: number): void {
    this.#outputs.push({ type: 'fault', fault, bytes });
  }
}
