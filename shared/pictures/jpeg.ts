const FIRST_BYTES = [0xff, 0xd8] as const;
const LAST_BYTES = [0xff, 0xd9] as const;
const SHORTEST_BYTES = FIRST_BYTES.length + LAST_BYTES.length;
const CR = 0x0d;
const LF = 0x0a;

/** Whole as far as its ends tell: FF D8 … FF D9. Cameras send XML errors and half pictures in a picture's place (ISAPI.md 10.3). */
export function isJpeg(bytes: Uint8Array): boolean {
  return (
    bytes.length >= SHORTEST_BYTES &&
    bytes[0] === FIRST_BYTES[0] &&
    bytes[1] === FIRST_BYTES[1] &&
    bytes.at(-2) === LAST_BYTES[0] &&
    bytes.at(-1) === LAST_BYTES[1]
  );
}

/**
 * The JPEG in a picture part, or null where there is none. Some firmwares count the line end before the next boundary
 * into the part (ISAPI.md 5.1); without it, the same picture has the same hash by both roads.
 */
export function jpegOf(part: Uint8Array): Uint8Array | null {
  let end = part.length;
  if (part[end - 1] === LF) end -= 1;
  if (part[end - 1] === CR) end -= 1;
  const jpeg = part.subarray(0, end);
  return isJpeg(jpeg) ? jpeg : null;
}
