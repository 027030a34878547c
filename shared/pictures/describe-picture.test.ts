import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PictureSchema } from '../detection/detection.ts';
import { sampleDetection } from '../queue/detection.fixture.ts';
import { describePicture } from './describe-picture.ts';
import { freeKind, pictureKind } from './kinds.ts';

const detection = sampleDetection(1);
const bytes = Buffer.from('the bytes of a picture');

test('the claim check says where the bytes are, how many, and how to know them again', () => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(describePicture({ detection, kind: 'scene', bytes })).toEqual({
    kind: 'scene',
    key: `pictures/gate/2026/11/22/${detection.id}/scene-${sha256.slice(0, 32)}.jpg`,
    bytes: bytes.length,
    sha256,
    contentType: 'image/jpeg',
  });
});

test('a picture key never holds the plate', () => {
  const { key } = describePicture({ detection, kind: 'plate', bytes });
  expect(detection.plate).toBe('GC1');
  expect(key.toUpperCase()).not.toContain('GC1');
});

test('every claim check of every picture fits the contract', () => {
  fc.assert(
    fc.property(fc.string(), fc.uint8Array({ minLength: 1 }), (word, picture) => {
      const kind = freeKind(pictureKind(word), new Set()) ?? 'other';
      expect(PictureSchema.safeParse(describePicture({ detection, kind, bytes: picture })).success).toBe(true);
    }),
  );
});
