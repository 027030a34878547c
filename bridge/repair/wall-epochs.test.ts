import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detectionFromPlate } from '../../shared/detection/from-plate.ts';
import { readPlates } from '../../shared/isapi/plates/read-plates.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { wallOf } from './camera-wall.ts';
import { GATE } from './remembering-camera.fixture.ts';
import { HOUR_MS, MINUTE_MS, NOON } from './repair.fixture.ts';
import { WallEpochs } from './wall-epochs.ts';

const ZONE_MS = 5 * HOUR_MS;
const TEN = NOON + 10 * HOUR_MS;
const iso = (ms: number) => isoInstant(ms).slice(0, 19);

/** A camera in Tashkent whose clock is wrong by `errorMs`, and what is known of its wall at `now`. */
function known(now: number) {
  const clock = { now: () => now };
  const epochs = new WallEpochs(clock);
  return {
    epochs,
    measured: (at: number, errorMs: number) => epochs.measured(at, ZONE_MS + errorMs),
    /** When a truck is dated that passed at `at`, while the clock was wrong by `errorMs`; it shows `shownErrorMs` now. */
    dated(at: number, errorMs: number, shownErrorMs: number, { hasOffset = true } = {}) {
      const offset = hasOffset ? '+05:00' : '';
      const localTime = `${iso(now + ZONE_MS + shownErrorMs)}+05:00`;
      const time = Buffer.from(`<Time><localTime>${localTime}</localTime><timeZone>CST-5:00:00</timeZone></Time>`);
      const captureTime = `${iso(at + ZONE_MS + errorMs)}${offset}`;
      const name = `${captureTime.replace(/\D/g, '').slice(0, 14)}0001`;
      const xml = `<Plates><Plate><captureTime>${captureTime}</captureTime><picName>${name}</picName></Plate></Plates>`;
      const [row] = readPlates(Buffer.from(xml)).rows;
      const wall = wallOf(time, now, undefined, epochs);
      if (row === undefined || wall === null) throw new Error('no row or no time in the test');
      const zoned = { timeZone: wall.zoneOf(row), clockOffsetMs: wall.clockOffsetOf(row) };
      return detectionFromPlate(row, { camera: GATE, receivedAt: now, ...zoned }).at;
    },
  };
}

describe('a truck that only the camera’s memory tells of stands where it passed', () => {
  test.each([
    ['right, and then on by an hour', 0, HOUR_MS],
    ['right, and then back by an hour', 0, -HOUR_MS],
    ['an hour ahead, and then right', HOUR_MS, 0],
    ['right, and then on to 2034', 0, 8 * 365 * 24 * HOUR_MS],
    ['in 1970, and then right', 10 * HOUR_MS - TEN, 0],
  ])('when the clock was %s', (_name, before, after) => {
    for (const hasOffset of [true, false]) {
      const { measured, dated } = known(TEN);
      measured(TEN - 3 * HOUR_MS, before);
      measured(TEN - 2 * HOUR_MS, before);
      measured(TEN - 117 * MINUTE_MS, after);
      measured(TEN, after);
      const [early, late] = [TEN - 200 * MINUTE_MS, TEN - 30 * MINUTE_MS];
      expect(dated(early, before, after, { hasOffset })).toBe(isoInstant(early));
      expect(dated(late, after, after, { hasOffset })).toBe(isoInstant(late));
    }
  });

  test('when the bridge was away, and began again with what it had measured last', () => {
    const { epochs, measured, dated } = known(TEN);
    epochs.resume({ at: TEN - 4 * HOUR_MS, aheadMs: ZONE_MS });
    measured(TEN, HOUR_MS);
    expect(dated(TEN - 230 * MINUTE_MS, 0, HOUR_MS)).toBe(isoInstant(TEN - 230 * MINUTE_MS));
    expect(dated(TEN - 10 * MINUTE_MS, HOUR_MS, HOUR_MS)).toBe(isoInstant(TEN - 10 * MINUTE_MS));
  });

  test('there and back again between two sweeps, by the heartbeats', () => {
    const { epochs, measured, dated } = known(TEN);
    measured(TEN - 3 * MINUTE_MS, 0);
    for (const [secondsAgo, errorMs] of [
      [170, 0],
      [100, HOUR_MS],
      [60, HOUR_MS],
      [50, 0],
    ] as const) {
      epochs.heard(TEN - secondsAgo * 1_000, ZONE_MS + errorMs);
    }
    measured(TEN, 0);
    expect(dated(TEN - 80_000, HOUR_MS, 0)).toBe(isoInstant(TEN - 80_000));
    expect(dated(TEN - 175_000, 0, 0)).toBe(isoInstant(TEN - 175_000));
  });
});

describe('the newest measure decides', () => {
  test('where the clock was set somewhen in an outage, and the name fits before as after', () => {
    const { measured, dated } = known(TEN);
    measured(TEN - 4 * HOUR_MS, 0);
    measured(TEN, HOUR_MS);
    expect(dated(TEN - 2 * HOUR_MS, HOUR_MS, HOUR_MS)).toBe(isoInstant(TEN - 2 * HOUR_MS));
  });

  test('where our own clock was set back, and every measure before it is wrong', () => {
    const { measured, dated } = known(TEN);
    measured(TEN + 30 * MINUTE_MS, -HOUR_MS);
    measured(TEN, 0);
    expect(dated(TEN - 20 * MINUTE_MS, 0, 0)).toBe(isoInstant(TEN - 20 * MINUTE_MS));
  });

  test('where heartbeats are told in another zone than the wall’s', () => {
    const { epochs, measured, dated } = known(TEN);
    measured(TEN - HOUR_MS, 0);
    for (let n = 0; n < 100; n += 1) epochs.heard(TEN - n * 1_000, 0);
    measured(TEN, 0);
    expect(dated(TEN - 30 * MINUTE_MS, 0, 0)).toBe(isoInstant(TEN - 30 * MINUTE_MS));
  });
});

test('however often the clock is set, a truck whose name fits one time alone stands where it passed', () => {
  const step = fc.integer({ min: -6, max: 6 }).map((halfHours) => (halfHours * HOUR_MS) / 2);
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), fc.nat(), (errors, seed) => {
      const now = TEN + errors.length * HOUR_MS;
      const { measured, dated } = known(now);
      const begins = errors.map((_, n) => TEN + n * HOUR_MS);
      // Measured at the begin of each hour and at its end.
      for (const [n, errorMs] of errors.entries()) {
        measured((begins[n] ?? 0) + MINUTE_MS, errorMs);
        measured((begins[n] ?? 0) + 59 * MINUTE_MS, errorMs);
      }
      const n = seed % errors.length;
      const at = (begins[n] ?? 0) + 30 * MINUTE_MS;
      const shown = at + (errors[n] ?? 0);
      const fits = errors.filter((errorMs, m) => {
        const then = shown - errorMs;
        const begin = m === 0 ? Number.NEGATIVE_INFINITY : (begins[m] ?? 0) - 2 * MINUTE_MS;
        return then >= begin && then <= (begins[m] ?? 0) + 62 * MINUTE_MS;
      });
      if (new Set(fits).size === 1) expect(dated(at, errors[n] ?? 0, errors.at(-1) ?? 0)).toBe(isoInstant(at));
    }),
  );
});
