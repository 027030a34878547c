import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Comes, timingOf } from './camera-time.ts';

const NOW = Date.UTC(2026, 10, 22, 5);
const HOUR_MS = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

describe('a clock that was set since it was measured', () => {
  test.each([
    ['on by an hour', HOUR_MS, 0],
    ['back by an hour', -HOUR_MS, 0],
    ['right, which was an hour ahead', 0, HOUR_MS],
  ])('%s: what the stream tells before the next heartbeat stands at its arrival', (_name, aheadMs, measuredMs) => {
    expect(timingOf(NOW + aheadMs, NOW + 800, measuredMs, 'at_once')).toEqual({
      capturedAt: iso(NOW + aheadMs),
      at: iso(NOW + 800),
      timeFrom: 'arrival',
    });
  });

  test('on by an hour: a push is not from the future, and not from the past for having waited', () => {
    expect(timingOf(NOW + HOUR_MS, NOW, 0, 'later')).toMatchObject({ at: iso(NOW), timeFrom: 'arrival' });
    expect(timingOf(NOW - HOUR_MS, NOW, 0, 'later')).toMatchObject({ at: iso(NOW - HOUR_MS), timeFrom: 'camera' });
  });

  test('right, which was an hour ahead: a push that comes as its time has it stands there', () => {
    expect(timingOf(NOW, NOW + 800, HOUR_MS, 'later')).toMatchObject({ at: iso(NOW), timeFrom: 'camera' });
    expect(timingOf(NOW - 120_000, NOW, HOUR_MS, 'later')).toMatchObject({ timeFrom: 'corrected' });
  });

  test('back by an hour: a replay of what passed before keeps the camera’s word, and is of no future', () => {
    expect(timingOf(NOW - 60_000, NOW, -HOUR_MS, 'whenever')).toMatchObject({
      at: iso(NOW - 60_000),
      timeFrom: 'camera',
    });
    expect(timingOf(NOW - 2 * HOUR_MS, NOW, -HOUR_MS, 'whenever')).toMatchObject({ at: iso(NOW - HOUR_MS) });
  });

  test('a replay keeps its place, however old it is', () => {
    expect(timingOf(NOW - 9 * HOUR_MS, NOW, HOUR_MS, 'whenever')).toMatchObject({
      at: iso(NOW - 10 * HOUR_MS),
      timeFrom: 'corrected',
    });
  });
});

describe('a clock that nobody has measured', () => {
  test('is believed while it can be right: a camera that only pushes may push late', () => {
    expect(timingOf(NOW - HOUR_MS, NOW, null, 'later')).toMatchObject({ at: iso(NOW - HOUR_MS), timeFrom: 'camera' });
    expect(timingOf(NOW - HOUR_MS, NOW, null, 'at_once')).toMatchObject({ timeFrom: 'camera' });
  });

  test('is not believed in what has not happened yet', () => {
    const in2034 = Date.UTC(2034, 0);
    expect(timingOf(in2034, NOW, null, 'later')).toEqual({
      capturedAt: iso(in2034),
      at: iso(NOW),
      timeFrom: 'arrival',
    });
  });
});

test('no event stands more than ten minutes after it came, nor one of a held stream so long before', () => {
  const instant = fc.integer({ min: NOW - 30 * HOUR_MS, max: NOW + 30 * HOUR_MS });
  const offset = fc.option(fc.integer({ min: -10 * HOUR_MS, max: 10 * HOUR_MS }));
  fc.assert(
    fc.property(instant, offset, fc.constantFrom<Comes>('at_once', 'later'), (captured, offsetMs, comes) => {
      const { at, capturedAt } = timingOf(captured, NOW, offsetMs, comes);
      const lateMs = NOW - Date.parse(at);
      expect(capturedAt).toBe(iso(captured));
      // An offset that is too small to correct by is still an error of the instant.
      expect(lateMs).toBeGreaterThanOrEqual(-10 * 60_000);
      if (comes === 'at_once' && offsetMs !== null) expect(lateMs).toBeLessThanOrEqual(10 * 60_000);
    }),
  );
});
