import { describe, expect, test } from 'vitest';
import { drivenClock } from '../../../shared/support/driven-clock.fixture.ts';
import { BoundedMap } from './bounded-map.ts';
import { rateLimit } from './rate-limit.ts';

describe('a rate limit', () => {
  test('gives so many at once, says how long to wait, and gives them back evenly', () => {
    const clock = drivenClock();
    const limit = rateLimit({ limit: 20, windowMs: 60_000, clock });
    for (let n = 0; n < 20; n += 1) expect(limit.take('a')).toBeNull();
    expect([limit.take('a'), limit.look('a'), limit.take('b')]).toEqual([3, 3, null]);
    clock.step(3_000);
    expect([limit.look('a'), limit.take('a'), limit.take('a')]).toEqual([null, null, 3]);
    clock.step(60_000);
    for (let n = 0; n < 20; n += 1) expect(limit.take('a')).toBeNull();
  });

  test('forgets the oldest rather than growing', () => {
    const limit = rateLimit({ limit: 1, windowMs: 60_000, clock: drivenClock() });
    expect([limit.take('first'), limit.take('first')]).toEqual([null, 60]);
    for (let n = 0; n < 10_000; n += 1) limit.take(`flood-${n}`);
    expect(limit.take('first')).toBeNull();
  });
});

test('a bounded map keeps what was set last', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1).set('b', 2).set('a', 3).set('c', 4);
  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ]);
});
