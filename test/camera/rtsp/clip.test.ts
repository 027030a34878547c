import { describe, expect, test } from 'vitest';
import { nalType } from './annex-b.ts';
import { clip, KEY_FRAME_EVERY } from './clip.ts';
import { readFrameIndex } from './frame-index.ts';

describe('the clip', () => {
  test.each([
    ['main', 250],
    ['sub', 250],
    ['sub-b-frames', 50],
  ] as const)('%s is a loop of %i pictures with a key frame every second', (name, count) => {
    const { frames } = clip(name);
    expect(frames).toHaveLength(count);
    for (const [place, { isKey, nals }] of frames.entries()) {
      expect(isKey).toBe(place % KEY_FRAME_EVERY === 0);
      expect(nals.map(nalType)).toEqual(isKey ? [7, 8, 5] : [1]);
    }
    expect(frames.map(({ index }) => index).sort((a, b) => a - b)).toEqual(frames.map((_, place) => place));
  });

  test.each(['main', 'sub'] as const)('%s is sent in the order it is shown', (name) => {
    expect(clip(name).frames.every(({ index }, place) => index === place)).toBe(true);
  });

  test('with B-frames is not', () => {
    const indices = clip('sub-b-frames').frames.map(({ index }) => index);
    expect(indices.slice(0, 8)).toEqual([0, 3, 1, 2, 6, 4, 5, 9]);
    expect(indices.slice(24, 28)).toEqual([23, 25, 28, 26]);
  });

  test('is read once', () => {
    expect(clip('sub')).toBe(clip('sub'));
  });
});

describe('the bar code', () => {
  const blocks = (text: string) => [...text].map((block) => block === '1');

  test.each([
    ['100000000001', 0],
    ['100000000101', 1],
    ['101111101001', 250],
    ['101111111101', 255],
  ])('%s is picture %i', (text, index) => {
    expect(readFrameIndex(blocks(text))).toBe(index);
  });

  test.each([['000000000000'], ['111111111111'], ['100000000011'], ['110000000001'], ['10000000001']])(
    '%s is none',
    (text) => {
      expect(readFrameIndex(blocks(text))).toBeNull();
    },
  );
});
