import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOURS_A_WEEK, hourOfWeek } from './hour-of-week.ts';

const hourAt = (instant: string, zone: string) => hourOfWeek(Date.parse(instant), zone).hour;

describe('the hour of the week at the gate', () => {
  test.each([
    ['2026-11-16T00:00:00Z', 'UTC', 0],
    ['2026-11-22T23:59:59Z', 'UTC', 167],
    ['2026-11-22T19:00:00Z', 'Asia/Tashkent', 0],
    ['2026-11-22T19:00:00Z', '+05:00', 0],
    ['2026-11-16T03:29:59Z', '-03:30', 167],
  ])('%s in %s is hour %i', (instant, zone, hour) => {
    expect(hourAt(instant, zone)).toBe(hour);
  });

  test('does not exist twice in autumn and has a gap in spring, as the clocks show it', () => {
    const autumn = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((at) => hourAt(at, 'Europe/Berlin'));
    expect(autumn).toEqual([146, 146]);
    const spring = ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z'].map((at) => hourAt(at, 'Europe/Berlin'));
    expect(spring).toEqual([145, 147]);
  });

  test('goes up by one an hour and begins again on Monday, for any instant and fixed zone', () => {
    const zones = fc.constantFrom('UTC', '+05:00', '-09:30', 'Asia/Tashkent');
    const instants = fc.integer({ min: Date.UTC(1998, 0), max: Date.UTC(2199, 0) });
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const now = hourOfWeek(instant, zone);
        const next = hourOfWeek(instant + 3_600_000, zone);
        expect(now.hour).toBeGreaterThanOrEqual(0);
        expect(now.hour).toBeLessThan(HOURS_A_WEEK);
        expect(next.hour).toBe((now.hour + 1) % HOURS_A_WEEK);
        expect(next.week).toBe(now.week + (next.hour === 0 ? 1 : 0));
      }),
    );
  });
});
