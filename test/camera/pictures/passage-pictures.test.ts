import fc from 'fast-check';
import * as jpeg from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { ORDINARY_PASSAGE } from '../passage.ts';
import { FILLER_JPEG, jpegOfSize } from './jpeg-size.ts';
import { passagePictures } from './passage-pictures.ts';

const FULL = { drawn: 'full', bytes: null } as const;
const draw = (changes = {}, stamp = '2026-11-22 10:00:00.123') => {
  const drawn = passagePictures({ ...ORDINARY_PASSAGE, ...changes }, stamp, FULL);
  if (drawn === null) throw new Error('nothing was drawn');
  return drawn;
};

/** The colour at a point, by name of its strongest channel, or grey where none stands out. */
function tint(picture: Buffer, x: number, y: number): string {
  const { width, data } = jpeg.decode(picture, { useTArray: true });
  const [red = 0, green = 0, blue = 0] = data.subarray((y * width + x) * 4);
  const strongest = Math.max(red, green, blue);
  if (strongest - Math.min(red, green, blue) < 40) return strongest < 60 ? 'black' : 'grey';
  return strongest === red ? 'red' : strongest === blue ? 'blue' : 'green';
}

/** Walks the markers up to the image data, and says where each begins. */
function markers(picture: Buffer): number[] {
  const found: number[] = [];
  for (let at = 2; picture.readUInt16BE(at) !== 0xffda; at += 2 + picture.readUInt16BE(at + 2)) {
    found.push(picture.readUInt16BE(at));
  }
  return found;
}

describe('the pictures of a passage', () => {
  test('the scene has the size of the sub stream and shows a truck in its colour', () => {
    const { scene } = draw({ vehicleColor: 'blue' });
    expect(jpeg.decode(scene)).toMatchObject({ width: 704, height: 576 });
    expect(tint(scene, 230, 340)).toBe('blue');
    expect(tint(draw({ vehicleColor: 'red' }).scene, 230, 340)).toBe('red');
  });

  test('the plate crop is bright, with dark letters in it', () => {
    const { width, height, data } = jpeg.decode(draw().plate, { useTArray: true });
    const row = data.subarray(Math.round(height / 2) * width * 4, Math.round(height / 2 + 1) * width * 4);
    const bright = row.filter((_, index) => index % 4 === 1).map((green) => (green > 128 ? 1 : 0));
    const edges = bright.reduce((sum, value, index) => sum + Number(index > 0 && value !== bright[index - 1]), 0);
    expect(edges).toBeGreaterThan(12);
  });

  test('no two passages have the same pictures', () => {
    const [one, later, other] = [draw(), draw({}, '2026-11-22 10:00:00.124'), draw({ plate: '30500AAA' })];
    expect(later.scene.equals(one.scene)).toBe(false);
    expect(other.plate.equals(one.plate)).toBe(false);
  });

  test('a plate that was not read cannot be read in the picture either', () => {
    expect(draw({ plate: 'unknown' }).plate.equals(draw({ plate: 'noPlate' }).plate)).toBe(true);
  });

  test('under load one drawing serves, with other bytes for every passage', () => {
    const once = (stamp: string) => passagePictures(ORDINARY_PASSAGE, stamp, { drawn: 'once', bytes: null });
    const [one, two] = [once('2026-11-22 10:00:00.123'), once('2026-11-22 10:00:00.124')];
    expect(one?.plate.equals(two?.plate ?? Buffer.of())).toBe(false);
    expect(one?.scene.equals(two?.scene ?? Buffer.of())).toBe(false);
    expect(tint(two?.scene ?? Buffer.of(), 230, 340)).toBe('blue');
  });

  test('a camera may send none', () => {
    expect(passagePictures(ORDINARY_PASSAGE, '', { drawn: 'none', bytes: null })).toBeNull();
  });
});

describe('pictures of a given size', () => {
  test('have exactly that size, for every size, and are walked marker by marker to their end', () => {
    const { plate } = draw();
    fc.assert(
      fc.property(fc.integer({ min: FILLER_JPEG.length + 4, max: 400_000 }), (bytes) => {
        const sized = jpegOfSize(plate, bytes);
        expect(sized).toHaveLength(bytes);
        expect(markers(sized)).toContain(0xffc0);
        expect(sized.readUInt16BE(bytes - 2)).toBe(0xffd9);
      }),
    );
  });

  test('differ from passage to passage, even where they are too small to show it', () => {
    const bytes = { plate: 2000, scene: 2500 };
    const small = (stamp: string) => passagePictures(ORDINARY_PASSAGE, stamp, { drawn: 'full', bytes });
    const [one, two] = [small('2026-11-22 10:00:00.123'), small('2026-11-22 10:00:00.124')];
    expect([one?.plate.length, one?.scene.length]).toEqual([2000, 2500]);
    expect(one?.plate.equals(two?.plate ?? Buffer.of())).toBe(false);
  });

  test('still show what was drawn', () => {
    const drawn = draw();
    const sized = jpegOfSize(drawn.scene, 300_000);
    expect(tint(sized, 230, 340)).toBe('blue');
  });
});
