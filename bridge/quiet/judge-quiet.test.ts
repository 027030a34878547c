import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOURS_A_WEEK } from './hour-of-week.ts';
import { judgeQuiet } from './judge-quiet.ts';
import { HOUR_MS, isDay, laneAfter, MINUTE_MS } from './lane-hours.fixture.ts';
import { type LaneHours, total, withQuiet, withRead } from './lane-hours.ts';

const TUESDAY_TEN = 34;
const TUESDAY_TWO_AT_NIGHT = 26;
const week = 3;

/** Quiet for `ms`, all of it in one hour of the week. */
const quietAt = (lane: LaneHours, hour: number, ms: number) =>
  judgeQuiet(withQuiet(withRead(lane, { hour, week }), { hour, week }, ms), { hour });

/** The least quiet that is suspicious, to the minute. */
function suspiciousAfter(lane: LaneHours, hour: number): number {
  let minutes = 0;
  while (minutes < 10_000 && !quietAt(lane, hour, minutes * MINUTE_MS).isSuspicious) minutes += 1;
  return minutes;
}

describe('a quiet lane', () => {
  const busy = laneAfter(3, (hour) => (isDay(hour) ? 15 : 0));

  test('where a truck comes every 4 min is suspicious after half an hour, and says the pace', () => {
    expect(suspiciousAfter(busy, TUESDAY_TEN)).toBeGreaterThan(25);
    expect(suspiciousAfter(busy, TUESDAY_TEN)).toBeLessThan(40);
    const { everyMs, isSuspicious } = quietAt(busy, TUESDAY_TEN, 47 * MINUTE_MS);
    expect([Math.round((everyMs ?? 0) / MINUTE_MS), isSuspicious]).toEqual([4, true]);
  });

  test('is suspicious the sooner the denser its traffic, and the better it is known', () => {
    const half = laneAfter(3, (hour) => (isDay(hour) ? 7 : 0));
    expect(suspiciousAfter(half, TUESDAY_TEN)).toBeGreaterThan(suspiciousAfter(busy, TUESDAY_TEN));
    const hardlyKnown = laneAfter(1, (hour) => (isDay(hour) ? 15 : 0));
    expect(suspiciousAfter(hardlyKnown, TUESDAY_TEN)).toBeGreaterThan(suspiciousAfter(busy, TUESDAY_TEN));
  });

  test('at night, when nothing ever comes, is as expected for as long as it lasts', () => {
    const at = { hour: TUESDAY_TWO_AT_NIGHT, week };
    const evening = withQuiet(busy, at, 0);
    const night = withQuiet(evening, at, 1_000 * HOUR_MS);
    const { chance } = judgeQuiet(evening, at);
    expect(judgeQuiet(night, at)).toMatchObject({ chance, isSuspicious: false, everyMs: null });
  });

  test('that fell quiet in a busy afternoon stays suspicious through the night', () => {
    let lane = busy;
    for (let hour = TUESDAY_TEN; hour < 48; hour += 1) lane = withQuiet(lane, { hour, week }, HOUR_MS);
    const { isSuspicious, expected, everyMs } = judgeQuiet(lane, { hour: 48 });
    expect({ isSuspicious, everyMs }).toEqual({ isSuspicious: true, everyMs: null });
    expect(expected).toBeGreaterThan(100);
  });

  test('of which a single truck is known, in the first second that was listened to, has no pace', () => {
    const at = { hour: TUESDAY_TWO_AT_NIGHT, week };
    const unheard = { ...withRead(busy, at), reads: busy.reads, listenedMs: busy.listenedMs.with(at.hour, 0) };
    const lane = withQuiet(withRead(withQuiet(unheard, at, 1_000), at), at, 10 * HOUR_MS);
    expect(judgeQuiet(lane, at)).toMatchObject({ isSuspicious: false, everyMs: null });
  });

  test('is not judged before a week and fifty reads', () => {
    const young = laneAfter(0.9, () => 15);
    expect(quietAt(young, TUESDAY_TEN, 1_000 * HOUR_MS)).toMatchObject({ isLearned: false, isSuspicious: false });
    const rare = laneAfter(4, (hour) => (hour % 24 === 10 ? 1 : 0));
    expect(quietAt(rare, TUESDAY_TEN, 1_000 * HOUR_MS)).toMatchObject({ isLearned: false, isSuspicious: false });
  });
});

describe('whatever a lane was taught', () => {
  const numbers = (max: number) =>
    fc.array(fc.double({ min: 0, max, noNaN: true }), { minLength: HOURS_A_WEEK, maxLength: HOURS_A_WEEK });
  const lanes = fc.record({
    week: fc.integer(),
    reads: numbers(10_000),
    listenedMs: numbers(1_000 * HOUR_MS),
    quietMs: numbers(1_000 * HOUR_MS),
  });
  const hours = fc.integer({ min: 0, max: HOURS_A_WEEK - 1 });

  test('the chance is one, and more quiet never makes it greater', () => {
    fc.assert(
      fc.property(lanes, hours, fc.double({ min: 0, max: 100 * HOUR_MS, noNaN: true }), (lane, hour, more) => {
        const before = judgeQuiet(lane, { hour });
        const after = judgeQuiet(withQuiet(lane, { hour, week: lane.week }, more), { hour });
        expect(before.chance).toBeGreaterThanOrEqual(0);
        expect(before.chance).toBeLessThanOrEqual(1);
        expect(after.chance).toBeLessThanOrEqual(before.chance);
        expect(Number.isFinite(before.expected)).toBe(true);
      }),
    );
  });

  test('a read ends the quiet, and nothing that was listened to is lost', () => {
    fc.assert(
      fc.property(lanes, hours, (lane, hour) => {
        const after = withRead(lane, { hour, week: lane.week });
        expect(judgeQuiet(after, { hour })).toMatchObject({ quietMs: 0, chance: 1, isSuspicious: false });
        expect(total(after.listenedMs)).toBeCloseTo(total(lane.listenedMs) + total(lane.quietMs), -1);
        expect(total(after.reads)).toBeCloseTo(total(lane.reads) + 1, 5);
      }),
    );
  });
});

describe('habits that change', () => {
  const TWELVE_WEEKS = 12;
  const paceAt = (lane: LaneHours) => judgeQuiet(lane, { hour: TUESDAY_TEN }).everyMs ?? 0;

  test('are learned anew within weeks', () => {
    const before = laneAfter(TWELVE_WEEKS, () => 20);
    let lane = before;
    for (let n = 1; n <= 8; n += 1) {
      for (let hour = 0; hour < HOURS_A_WEEK; hour += 1) {
        const at = { hour, week: TWELVE_WEEKS + n };
        for (let truck = 0; truck < 5; truck += 1) lane = withRead(withQuiet(lane, at, HOUR_MS / 5), at);
      }
    }
    expect(paceAt(before) / MINUTE_MS).toBeCloseTo(3, 0);
    expect(paceAt(lane) / MINUTE_MS).toBeGreaterThan(6);
  });

  test('are not forgotten by a clock that jumps ten years ahead and back', () => {
    const before = laneAfter(TWELVE_WEEKS, () => 20);
    const last = TWELVE_WEEKS - 1;
    const ahead = withRead(before, { hour: 0, week: last + 520 });
    const back = withRead(ahead, { hour: 0, week: last });
    expect(total(back.listenedMs)).toBeGreaterThan(total(before.listenedMs) * 0.7);
    expect(paceAt(back)).toBeCloseTo(paceAt(before), -3);
  });
});
