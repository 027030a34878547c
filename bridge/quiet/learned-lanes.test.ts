import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR_MS } from './lane-hours.fixture.ts';
import { type LearnedLanes, lanesAfterQuiet, lanesAfterRead } from './learned-lanes.ts';

const at = { hour: 10, week: 1 };
const none: LearnedLanes = new Map();

test('lanes are eight at most, whatever the camera calls them, and busy ones stay', () => {
  const names = fc.array(fc.string({ maxLength: 128 }), { maxLength: 200 });
  fc.assert(
    fc.property(names, (made) => {
      let lanes = none;
      for (let n = 0; n < 3; n += 1) lanes = lanesAfterRead(lanes, 'lane of the gate', at);
      for (const name of new Set(made)) lanes = lanesAfterRead(lanes, name, at);
      expect(lanes.size).toBeLessThanOrEqual(8);
      expect(lanes.has('lane of the gate')).toBe(true);
    }),
  );
});

test('a lane that was renamed is forgotten after two weeks, the only one never', () => {
  const before = lanesAfterRead(none, '1', at);
  const quiet = lanesAfterQuiet(before, at, 15 * 24 * HOUR_MS);
  expect([...lanesAfterRead(quiet, 'north', at).keys()]).toEqual(['north']);
  expect([...lanesAfterRead(quiet, '1', at).keys()]).toEqual(['1']);
  expect([...lanesAfterRead(lanesAfterQuiet(before, at, HOUR_MS), 'north', at).keys()]).toEqual(['1', 'north']);
});
