// Where one part ends and the next begins, in every way cameras have been seen to write it (ISAPI.md 3.1, 3.2, 5.1).

/** RFC 2046 allows 70; cameras write runs of dashes, so a little more. */
const MAX_DELIMITER_BYTES = 200;
/** Blanks that may follow a delimiter on its line (RFC 2046); more would be waited for without end. */
const MAX_PADDING_BYTES = 64;
const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;
const BLANK = 0x20;
const TAB = 0x09;
const GREATER_THAN = 0x3e;

/** A delimiter line, then something that reads like a MIME header: how an unannounced boundary is recognised. */
const WIRE_DELIMITER = /(?:^|\n)(--[^\r\n]{1,200}?)[ \t]*\r?\n(?=[A-Za-z][A-Za-z0-9-]{0,40}[ \t]*:)/;

/** The delimiter (`--` and the boundary) that a Content-Type announces, or null when it announces none. */
export function announcedDelimiter(contentType: string): Buffer | null {
  const match = /boundary\s*=\s*(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  return boundary ? Buffer.from(`--${boundary}`, 'latin1') : null;
}

/** Whether the bytes use `delimiter`, and not a line of more dashes that ends in it. */
export function isOnTheWire(bytes: Buffer, delimiter: Buffer, last: boolean): boolean {
  const found = findDelimiter(bytes, delimiter, 0, last);
  if (found === 'none') return false;
  let dashes = found.start;
  while (bytes[dashes - 1] === DASH) dashes -= 1;
  return dashes === found.start || !startsLine(bytes, dashes);
}

/** The first delimiter that the bytes themselves show, for a head that announces another one (older NVRs, ISAPI.md 3.1). */
export function delimiterOnTheWire(bytes: Buffer): Buffer | null {
  const line = WIRE_DELIMITER.exec(bytes.toString('latin1'))?.[1];
  return line && line.length <= MAX_DELIMITER_BYTES ? Buffer.from(line, 'latin1') : null;
}

/** The beginning of a MIME header, and a text that is or may become one. */
const HEADER_START = /^[A-Za-z][A-Za-z0-9-]{0,40}[ \t]*:/;
const HEADER_UNFINISHED = /^(?:[A-Za-z][A-Za-z0-9-]{0,40}[ \t]*)?$/;
const LONGEST_HEADER_START = 64;

export type DelimiterLine = { start: number; end: number };

/**
 * The next delimiter line at or after `from`: `start` is its first dash, `end` the byte after its line break.
 * 'none' when no occurrence starts one; one that the bytes to come must decide is `{ start, end: -1 }`.
 */
export function findDelimiter(bytes: Buffer, delimiter: Buffer, from: number, last: boolean): DelimiterLine | 'none' {
  for (let at = bytes.indexOf(delimiter, from); at !== -1; at = bytes.indexOf(delimiter, at + 1)) {
    const end = lineEnd(bytes, at + delimiter.length, last);
    if (end === 'not a delimiter') continue;
    if (startsLine(bytes, at)) return { start: at, end };
    const follows = end === -1 ? 'unfinished' : whatFollows(bytes, end, last);
    if (follows !== 'something else') return { start: at, end: follows === 'header' ? end : -1 };
  }
  return 'none';
}

/** At a line start, or with no line break before it after a picture's FF D9 or a document's `>` (ISAPI.md 3.2, webhook). */
function startsLine(bytes: Buffer, at: number): boolean {
  if (at === 0) return true;
  const before = bytes[at - 1];
  return before === LF || before === GREATER_THAN || (before === 0xd9 && bytes[at - 2] === 0xff);
}

/**
 * A sender that breaks off in the middle of a part begins the next one in the middle of a line. A header on the next line
 * tells that from bytes that happen to look like a delimiter.
 */
function whatFollows(bytes: Buffer, from: number, last: boolean): 'header' | 'unfinished' | 'something else' {
  const text = bytes.toString('latin1', from, from + LONGEST_HEADER_START);
  if (HEADER_START.test(text)) return 'header';
  return !last && HEADER_UNFINISHED.test(text) ? 'unfinished' : 'something else';
}

function lineEnd(bytes: Buffer, from: number, last: boolean): number | 'not a delimiter' {
  let at = from;
  if (bytes[at] === DASH && bytes[at + 1] === DASH) at += 2;
  const padded = at;
  while (bytes[at] === BLANK || bytes[at] === TAB) at += 1;
  if (at - padded > MAX_PADDING_BYTES) return 'not a delimiter';
  if (bytes[at] === LF) return at + 1;
  if (bytes[at] === CR && bytes[at + 1] === LF) return at + 2;
  const cutShort = at >= bytes.length || (at + 1 >= bytes.length && (bytes[at] === CR || bytes[at] === DASH));
  if (!cutShort) return 'not a delimiter';
  return last ? bytes.length : -1;
}
