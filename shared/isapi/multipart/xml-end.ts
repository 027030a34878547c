// A document is whole when its root element is closed, whatever its part's length says: this is what lets a plate go on
// at its last byte instead of at the next heartbeat, ten seconds later.

/** The root's name must show within this many bytes; a longer prolog falls back to the part's length or delimiter. */
const MAX_PROLOG_BYTES = 2048;
const ROOT = /^\uFEFF?(?:ï»¿)?\s*(?:<\?[^>]*\?>\s*|<!--(?:[^-]|-(?!->))*-->\s*)*<([A-Za-z_][^\s/>]{0,100})[\s>/]/;

/** `</name` of the root element, '' when the bytes show that there is none to find, null when more bytes are needed. */
export function rootClosingTag(bytes: Buffer): string | null {
  const match = ROOT.exec(bytes.toString('latin1', 0, Math.min(bytes.length, MAX_PROLOG_BYTES)));
  if (match?.[1]) return `</${match[1]}`;
  return bytes.length >= MAX_PROLOG_BYTES ? '' : null;
}

/** Index after the root's closing `>`, searching from `from`, or -1. */
export function xmlEnd(bytes: Buffer, closingTag: string, from: number): number {
  for (
    let at = bytes.indexOf(closingTag, from, 'latin1');
    at !== -1;
    at = bytes.indexOf(closingTag, at + 1, 'latin1')
  ) {
    let end = at + closingTag.length;
    while (bytes[end] === 0x20 || bytes[end] === 0x0a || bytes[end] === 0x0d || bytes[end] === 0x09) end += 1;
    if (bytes[end] === 0x3e) return end + 1;
  }
  return -1;
}
