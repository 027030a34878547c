import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PictureSchema } from '../detection/detection.ts';
import { freeKind, pictureKind } from './kinds.ts';

const kindSchema = PictureSchema.shape.kind;

describe('what a picture shows', () => {
  test.each([
    ['licensePlatePicture.jpg', 'plate'],
    ['licensePlatePicture', 'plate'],
    ['LICENSEPLATEPICTURE.JPG', 'plate'],
    ['detectionPicture.jpg', 'scene'],
    ['detectionPicture_1.jpg', 'scene_1'],
    ['detectionPicture_2', 'scene_2'],
    ['vehiclePicture.jpeg', 'vehicle'],
    ['featurePicture', 'feature'],
    ['pilotPicture', 'pilot'],
    ['copilotPicture', 'copilot'],
    ['compositePicture.jpg', 'composite'],
    ['plateBinaryPicture.jpg', 'plate_binary'],
    ['nonMotorPicture.jpg', 'non_motor'],
    ['panoramaPicture.jpg', 'panorama'],
    ['20261122100000123', 'other'],
    ['', 'other'],
  ])('the camera calls it %j, we call it %s', (word, kind) => {
    expect(pictureKind(word)).toBe(kind);
  });

  test('any name a camera can invent gives a kind that the contract takes', () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        expect(kindSchema.safeParse(pictureKind(word)).success).toBe(true);
      }),
    );
  });
});

describe('two pictures under one name', () => {
  test('the second scene is scene_1, and a camera that numbers its own leaves none out', () => {
    const taken = new Set<string>();
    for (const word of ['detectionPicture', 'detectionPicture', 'detectionPicture_1', 'licensePlatePicture']) {
      taken.add(freeKind(pictureKind(word), taken) ?? 'none left');
    }
    expect([...taken]).toEqual(['scene', 'scene_1', 'scene_2', 'plate']);
  });

  test('ten of one kind have names, the eleventh has none', () => {
    const taken = new Set<string>();
    for (let i = 0; i < 10; i += 1) taken.add(freeKind('plate_binary', taken) ?? 'none left');
    expect(taken.size).toBe(10);
    expect([...taken].every((kind) => kindSchema.safeParse(kind).success)).toBe(true);
    expect(freeKind('plate_binary', taken)).toBeNull();
    expect(freeKind('plate_binary_3', taken)).toBeNull();
  });
});
