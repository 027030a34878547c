import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip } from '../../../test/camera/rtsp/clip.ts';
import { type SpsShape, writeSps } from './sps.fixture.ts';
import { readSps } from './sps.ts';

describe('a parameter set as an encoder writes it', () => {
  test.each([
    ['main', { profile: 'Baseline', width: 1920, height: 1080, bFrames: 'none' }],
    ['sub', { profile: 'Baseline', width: 704, height: 576, bFrames: 'none' }],
    ['sub-b-frames', { profile: 'Main', width: 704, height: 576, bFrames: 'some' }],
  ] as const)('of the clip %s', (name, expected) => {
    expect(readSps(clip(name).sps)).toEqual(expected);
  });

  test.each([
    ['6764001facd9405005bb011000000300100000030320f1831960', 'High', 1280, 720, 'some'],
    ['67640028acb200f0044fcb80880000030008000003019078c19240', 'High', 1920, 1080, 'none'],
    ['674d4032f20054017f6022000003000200000300641e306224', 'Main', 2688, 1520, 'some'],
    ['67640028ace401e0113f78088000000300800000190f8b1724', 'High', 1920, 1080, 'none'],
    ['6764001eacb201405ff2e022000003000200000300641e2c5c90', 'High', 640, 360, 'none'],
    ['6742c00dd9016096c044000003000400000300c9808007a10001e84a4c30078a1524', 'Baseline', 352, 288, 'none'],
  ])('%s', (hex, profile, width, height, bFrames) => {
    expect(readSps(Buffer.from(hex, 'hex'))).toEqual({ profile, width, height, bFrames });
  });
});

const shapes: fc.Arbitrary<SpsShape> = fc.record({
  profileIdc: fc.constantFrom(66, 77, 100),
  columns: fc.integer({ min: 4, max: 500 }),
  rows: fc.integer({ min: 4, max: 500 }),
  orderType: fc.constantFrom(0, 1, 2),
  interlaced: fc.boolean(),
  crop: fc.option(fc.record({ right: fc.integer({ min: 0, max: 7 }), bottom: fc.integer({ min: 0, max: 7 }) })),
  usability: fc.option(
    fc.record({
      reordered: fc.option(fc.integer({ min: 0, max: 16 })),
      timing: fc.boolean(),
      bufferTiming: fc.boolean(),
    }),
  ),
  scaling: fc.boolean(),
});

function bFramesOf({ profileIdc, orderType, usability }: SpsShape): string {
  if (profileIdc === 66 || orderType === 2) return 'none';
  const reordered = usability?.reordered ?? null;
  if (reordered === null) return 'unknown';
  return reordered === 0 ? 'none' : 'some';
}

test('whatever an encoder writes is read back', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const fields = shape.interlaced ? 2 : 1;
      expect(readSps(writeSps(shape))).toEqual({
        profile: { 66: 'Baseline', 77: 'Main', 100: 'High' }[shape.profileIdc],
        width: shape.columns * 16 - (shape.crop?.right ?? 0) * 2,
        height: (shape.rows * 16 - (shape.crop?.bottom ?? 0) * 2) * fields,
        bFrames: bFramesOf(shape),
      });
    }),
  );
});

test('one that ends early says what it can, never something else', () => {
  fc.assert(
    fc.property(shapes, fc.nat({ max: 60 }), (shape, cut) => {
      const whole = readSps(writeSps(shape));
      const part = readSps(writeSps(shape).subarray(0, cut));
      if (part !== null) expect([whole, { ...whole, bFrames: 'unknown' }]).toContainEqual(part);
    }),
  );
});

test('any bytes are read or refused, and sizes are sizes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const sps = readSps(Uint8Array.of(0x67, 66, 0, 40, ...bytes));
      if (sps === null) return;
      expect(sps.width > 0 && sps.width <= 16_384 && sps.height > 0 && sps.height <= 16_384).toBe(true);
    }),
  );
  expect(readSps(Buffer.alloc(2_000, 0x67))).toBeNull();
  expect(readSps(Buffer.from('68ce3c80', 'hex'))).toBeNull();
});
