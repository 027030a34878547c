import { expect, test } from 'vitest';
import { BackOff } from './back-off.ts';

const waits = (healthy: readonly number[], random = 0.5) => {
  const backOff = new BackOff();
  return healthy.map((ms) => backOff.next(ms, random));
};

test('waits 1, 2, 5, 10 and then 30 s between attempts that fail', () => {
  expect(waits([0, 0, 0, 0, 0, 0])).toEqual([1_000, 2_000, 5_000, 10_000, 30_000, 30_000]);
});

test('a stream that spoke for a while starts over, so one that a camera closes every 40 s is open again in a second', () => {
  expect(waits([0, 0, 20_000, 0])).toEqual([1_000, 2_000, 1_000, 2_000]);
  expect(waits([40_000, 40_000, 40_000])).toEqual([1_000, 1_000, 1_000]);
});

test('one that spoke for a moment does not, however often', () => {
  expect(waits([10_000, 10_000, 19_999])).toEqual([1_000, 2_000, 5_000]);
});

test('is spread by a quarter either way, so that many cameras do not come back in step', () => {
  expect(waits([0], 0)).toEqual([750]);
  expect(waits([0], 1)).toEqual([1_250]);
});
