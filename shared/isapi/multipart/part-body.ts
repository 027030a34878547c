// Decides where one part's body ends. Each kind of content has its own proof: a document its root's closing tag, a
// picture its length or its own structure, anything else a length that a delimiter confirms.
import { type DelimiterLine, findDelimiter } from './boundary.ts';
import { jpegEnd, jpegTail, startsAsJpeg } from './jpeg-end.ts';
import { rootClosingTag, xmlEnd } from './xml-end.ts';

const LESS_THAN = 0x3c;
const BYTE_ORDER_MARK = 0xef;
/** Longest run of line breaks counted into a length, or left between a part and its delimiter (ISAPI.md 3.2). */
const SLACK_BYTES = 4;

export type BodyKind = 'document' | 'picture' | 'other';

/** `whole` bytes of body, then `next`, the first byte not of this part; `wrongLength` when Content-Length lied. */
export type BodyEnd = { whole: number; next: number; wrongLength: boolean };
export type Verdict = BodyEnd | 'more' | { truncatedAt: number };

/** What is known of the part being read; the searches remember how far they came, so no byte is searched twice. */
export class PartBody {
  readonly #delimiter: Buffer;
  readonly #claimed: number | null;
  #lengthHolds: boolean;
  #kind: BodyKind | null = null;
  #closingTag: string | null = null;
  #searched = 0;
  #isInDoubt = false;

  constructor(delimiter: Buffer, claimedLength: number | null) {
    this.#delimiter = delimiter;
    this.#claimed = claimedLength;
    this.#lengthHolds = claimedLength !== null;
  }

  /** More bytes are claimed, and among those that came is what looks like the next part. */
  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** `bytes` is all of the body so far and perhaps what follows it; `quiet` when the sender has paused, `last` at its end. */
  judge(bytes: Buffer, { quiet = false, last = false } = {}): Verdict {
    this.#kind ??= kindOf(bytes);
    if (this.#kind === 'document') return this.#judgeDocument(bytes, last);
    if (this.#kind === 'picture') return this.#judgePicture(bytes, quiet, last);
    return this.#judgeOther(bytes, quiet, last);
  }

  #judgeDocument(bytes: Buffer, last: boolean): Verdict {
    this.#closingTag ??= rootClosingTag(bytes);
    // Up to the next delimiter only: beyond it ends another document, and a search past it for every part of a flood of
    // small ones would take their number squared.
    const delimiter = findDelimiter(bytes, this.#delimiter, this.#searched, last);
    const own = delimiter === 'none' ? bytes : bytes.subarray(0, delimiter.start);
    const end = this.#closingTag ? xmlEnd(own, this.#closingTag, this.#searched) : -1;
    if (end !== -1) return { whole: end, next: end, wrongLength: this.#liesAbout(end) };
    if (delimiter !== 'none') return delimiter.end === -1 ? 'more' : this.#endsAt(bytes, delimiter);
    this.#searched = Math.max(0, bytes.length - this.#overlap());
    return last ? { truncatedAt: bytes.length } : 'more';
  }

  #judgePicture(bytes: Buffer, quiet: boolean, last: boolean): Verdict {
    const claimed = this.#claimed ?? 0;
    if (this.#lengthHolds && bytes.length >= claimed) {
      const whole = jpegTail(bytes, claimed);
      if (whole !== -1) return { whole, next: claimed, wrongLength: false };
      this.#distrustLength();
    }
    const tail = jpegTail(bytes, bytes.length);
    const end = tail === -1 ? -1 : jpegEnd(bytes);
    if (end !== -1) return { whole: end, next: end, wrongLength: this.#liesAbout(end) };
    if (this.#lengthHolds && !quiet && !last) return this.#awaitClaimed(bytes);
    const delimiter = this.#nextDelimiter(bytes, last);
    if (delimiter !== 'none' && delimiter !== 'later') {
      const whole = jpegTail(bytes, delimiter.start);
      if (whole !== -1) return { whole, next: delimiter.start, wrongLength: this.#liesAbout(whole) };
      // While more bytes come and the length may be right, these only look like a delimiter; once the sender has paused,
      // the picture was cut short and the next event must not wait for its missing bytes.
      if (!this.#lengthHolds || quiet || last) return { truncatedAt: delimiter.start };
    }
    if (!last) return 'more';
    if (tail !== -1 && !this.#lengthHolds) return { whole: tail, next: bytes.length, wrongLength: false };
    return { truncatedAt: bytes.length };
  }

  #judgeOther(bytes: Buffer, quiet: boolean, last: boolean): Verdict {
    const claimed = this.#claimed ?? 0;
    if (this.#lengthHolds && bytes.length >= claimed) {
      const follows = this.#whatFollows(bytes, claimed);
      if (follows === 'delimiter' || (follows === 'unknown' && (quiet || last))) {
        return { whole: claimed, next: claimed, wrongLength: false };
      }
      if (follows === 'something else') this.#distrustLength();
    }
    if (this.#lengthHolds && !quiet && !last) return this.#awaitClaimed(bytes);
    const delimiter = this.#nextDelimiter(bytes, last);
    if (delimiter !== 'none' && delimiter !== 'later') return this.#endsAt(bytes, delimiter);
    if (!last) return 'more';
    if (this.#lengthHolds) return { truncatedAt: bytes.length };
    return { whole: bytes.length, next: bytes.length, wrongLength: false };
  }

  #awaitClaimed(bytes: Buffer): 'more' {
    const delimiter = this.#nextDelimiter(bytes, false);
    this.#isInDoubt = delimiter !== 'none' && delimiter !== 'later';
    return 'more';
  }

  #nextDelimiter(bytes: Buffer, last: boolean): DelimiterLine | 'none' | 'later' {
    const found = findDelimiter(bytes, this.#delimiter, this.#searched, last);
    if (found === 'none') {
      this.#searched = Math.max(0, bytes.length - this.#overlap());
      return 'none';
    }
    return found.end === -1 ? 'later' : found;
  }

  #whatFollows(bytes: Buffer, from: number): 'delimiter' | 'something else' | 'unknown' {
    let at = from;
    while (at < from + SLACK_BYTES && (bytes[at] === 0x0d || bytes[at] === 0x0a)) at += 1;
    const seen = bytes.subarray(at, at + this.#delimiter.length);
    if (seen.compare(this.#delimiter, 0, seen.length) !== 0) return 'something else';
    return seen.length === this.#delimiter.length ? 'delimiter' : 'unknown';
  }

  #endsAt(bytes: Buffer, delimiter: DelimiterLine): BodyEnd {
    let whole = delimiter.start;
    if (whole > 0 && bytes[whole - 1] === 0x0a) whole -= 1;
    if (whole > 0 && bytes[whole - 1] === 0x0d) whole -= 1;
    return { whole, next: delimiter.start, wrongLength: this.#liesAbout(delimiter.start) };
  }

  #distrustLength(): void {
    this.#lengthHolds = false;
    this.#searched = 0;
  }

  #liesAbout(end: number): boolean {
    return this.#claimed !== null && Math.abs(this.#claimed - end) > SLACK_BYTES;
  }

  #overlap(): number {
    return Math.max(this.#delimiter.length, this.#closingTag?.length ?? 0) + 2 * SLACK_BYTES;
  }
}

/** Sniffed, since names and types cannot be trusted (ISAPI.md 5.1); null until the first bytes are in. */
export function kindOf(bytes: Buffer): BodyKind | null {
  let at = 0;
  while (at < bytes.length && isBlank(bytes[at] ?? 0)) at += 1;
  if (bytes[at] === BYTE_ORDER_MARK) at += 3;
  while (at < bytes.length && isBlank(bytes[at] ?? 0)) at += 1;
  if (at >= bytes.length) return null;
  if (bytes[at] === LESS_THAN) return 'document';
  if (bytes[0] === 0xff) return bytes.length < 2 ? null : startsAsJpeg(bytes) ? 'picture' : 'other';
  return 'other';
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
