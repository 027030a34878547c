import fc from 'fast-check';
import jpeg from 'jpeg-js';
import { expect, test } from 'vitest';
import { isJpeg, jpegOf } from './jpeg.ts';

const picture = jpeg.encode({ width: 2, height: 2, data: Buffer.alloc(16, 120) }, 60).data;

test('a whole picture is one, a picture cut anywhere is none', () => {
  expect(isJpeg(picture)).toBe(true);
  for (let length = 0; length < picture.length; length += 1) expect(isJpeg(picture.subarray(0, length))).toBe(false);
});

test('an XML error in the place of a picture is none', () => {
  expect(isJpeg(Buffer.from('<ResponseStatus><statusCode>3</statusCode></ResponseStatus>'))).toBe(false);
});

test('two ends that share their bytes are no picture', () => {
  expect(isJpeg(Uint8Array.of(0xff, 0xd8, 0xd9))).toBe(false);
  expect(isJpeg(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9))).toBe(true);
});

test.each(['', '\n', '\r\n'])(
  'the line end %j that the camera counts into the part is no part of the picture',
  (end) => {
    const part = Buffer.concat([picture, Buffer.from(end)]);
    expect(jpegOf(part)).toEqual(Buffer.from(picture));
  },
);

test('what is taken for a picture is always whole and begins where the part begins', () => {
  const ends = fc.constantFrom([0xff, 0xd9], [0xff, 0xd9, 10], [0xff, 0xd9, 13, 10], [13, 10], []);
  fc.assert(
    fc.property(fc.uint8Array(), ends, fc.boolean(), (bytes, end, begins) => {
      const part = Uint8Array.of(...(begins ? [0xff, 0xd8] : []), ...bytes, ...end);
      const found = jpegOf(part);
      if (found === null) return;
      expect(isJpeg(found)).toBe(true);
      expect(found).toEqual(part.subarray(0, found.length));
      expect(part.length - found.length).toBeLessThanOrEqual(2);
    }),
  );
});
