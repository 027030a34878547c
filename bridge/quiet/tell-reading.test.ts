import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from './lane-hours.fixture.ts';
import { duration, type QuietLane, tellReading } from './tell-reading.ts';

const lane = (changes: Partial<QuietLane>): QuietLane => ({
  lane: '1',
  quietMs: 47 * MINUTE_MS,
  isSuspicious: false,
  isLearned: true,
  chance: 0.2,
  everyMs: 4 * MINUTE_MS,
  expected: 12,
  listenedMs: 500 * HOUR_MS,
  reads: 2_000,
  ...changes,
});
const suspicious = { isSuspicious: true, chance: 0.0001 };

describe('the word for a lane', () => {
  test.each([
    ['with a plate just now', [lane({ quietMs: MINUTE_MS })], 'reading', null],
    [
      'where trucks should come',
      [lane(suspicious)],
      'quiet_suspicious',
      'no read for 47 min; at this hour a truck comes every 4 min',
    ],
    [
      'that fell quiet in the afternoon, at night',
      [lane({ ...suspicious, quietMs: 9 * HOUR_MS, everyMs: null, expected: 119.6 })],
      'quiet_suspicious',
      'no read for 9 h, in which 120 trucks come as a rule',
    ],
    [
      'between two trucks',
      [lane({ quietMs: 12 * MINUTE_MS })],
      'quiet_expected',
      'no read for 12 min; at this hour a truck comes every 4 min',
    ],
    [
      'at night',
      [lane({ quietMs: 6 * HOUR_MS, everyMs: null, expected: 0.2 })],
      'quiet_expected',
      'no read for 6 h; at this hour hardly a truck comes',
    ],
    [
      'that is known for three days',
      [lane({ isLearned: false, listenedMs: 75 * HOUR_MS, reads: 31.4 })],
      'unknown',
      'no read for 47 min; what is usual here is still being learned: 3 of 7 days, 31 of 50 reads',
    ],
    ['that never read', [], 'unknown', 'no read since the bridge started: what is usual here is still being learned'],
    [
      'beside one that reads',
      [lane({ quietMs: MINUTE_MS }), lane({ ...suspicious, lane: '2' })],
      'quiet_suspicious',
      'lane 2: no read for 47 min; at this hour a truck comes every 4 min',
    ],
    ['so dense that a minute is long', [lane({ ...suspicious, quietMs: MINUTE_MS })], 'reading', null],
  ])('%s', (_, lanes, status, reason) => {
    expect(tellReading({ lanes, hasRead: true, unread: null })).toEqual({ status, reason });
  });

  test('that nobody has seen a truck pass since the stream was down is not reading, nor known to be quiet meanwhile', () => {
    expect(tellReading({ lanes: [lane({ quietMs: MINUTE_MS })], hasRead: false, unread: null })).toEqual({
      status: 'quiet_expected',
      reason: 'no read in 1 min of listening; at this hour a truck comes every 4 min',
    });
  });

  test('whose vehicles come without plates says so before all else, and why', () => {
    const firmwareNote = 'firmware V5.4.5 sends no plates: upgrade to V5.4.7 or later';
    const unread = { events: 11, firmwareNote };
    expect(tellReading({ lanes: [lane(suspicious)], hasRead: true, unread })).toEqual({
      status: 'reads_missing',
      reason: `the camera told of vehicles 11 times since the last read, and of no plate: reads are missing; ${firmwareNote}`,
    });
  });
});

test('durations are said as people say them', () => {
  const said = [0, 30_000, 47 * MINUTE_MS, 119 * MINUTE_MS, 3 * HOUR_MS, 47 * HOUR_MS, 72 * HOUR_MS].map(duration);
  expect(said).toEqual(['1 s', '30 s', '47 min', '119 min', '3 h', '47 h', '3 days']);
});
