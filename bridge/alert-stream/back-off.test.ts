import { expect, test } from 'vitest';
import { BackOff } from './back-off.ts';

const waits = (lived: readonly number[], random = 0.5) => {
  const backOff = new BackOff();
  return lived.map((ms) => backOff.next(ms, random));
};

test('waits 1, 2, 5, 10 and then 30 s between attempts that fail', () => {
  expect(waits([0, 0, 0, 0, 0, 0])).toEqual([1_000, 2_000, 5_000, 10_000, 30_000, 30_000]);
});

test('a stream that lived a minute starts over; one that a camera closes every 40 s does not', () => {
  expect(waits([0, 0, 60_000, 0])).toEqual([1_000, 2_000, 1_000, 2_000]);
  expect(waits([40_000, 40_000, 40_000])).toEqual([1_000, 2_000, 5_000]);
});

test('is spread by a quarter either way, so that many cameras do not come back in step', () => {
  expect(waits([0], 0)).toEqual([750]);
  expect(waits([0], 1)).toEqual([1_250]);
});
