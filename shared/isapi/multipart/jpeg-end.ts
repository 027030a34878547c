// Finds the end of a JPEG from its own structure, so that a picture without a Content-Length (or with a wrong one) is
// handed on at its last byte, and bytes inside it that look like a delimiter or an FF D9 stay inside it.

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const TEM = 0x01;

/** Index after the picture's EOI marker; -1 when it has not come yet or the bytes are no JPEG. */
export function jpegEnd(bytes: Buffer): number {
  if (!startsAsJpeg(bytes)) return -1;
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) return -1;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) at += 1;
    else if (marker === EOI) return at + 2;
    else if (marker === TEM || isRestart(marker)) at += 2;
    else {
      if (marker === SOI || at + 4 > bytes.length) return -1;
      const next = at + 2 + bytes.readUInt16BE(at + 2);
      at = marker === SOS ? scanEnd(bytes, next) : next;
      if (at === -1) return -1;
    }
  }
  return -1;
}

export function startsAsJpeg(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI;
}

/** Index after an FF D9 that ends the first `length` bytes, line breaks after it apart; -1 when none does. */
export function jpegTail(bytes: Buffer, length: number): number {
  let end = length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  return end >= 4 && bytes[end - 1] === EOI && bytes[end - 2] === 0xff ? end : -1;
}

/** The first marker after entropy-coded data: FF 00 is a data byte, FF D0–D7 a restart inside the scan. */
function scanEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1] ?? 0;
    if (marker !== 0x00 && marker !== 0xff && !isRestart(marker)) return at;
  }
  return -1;
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}
