import { describe, expect, test } from 'vitest';
import { detectionFromPlate } from '../../shared/detection/from-plate.ts';
import { readPlates } from '../../shared/isapi/plates/read-plates.ts';
import { wallOf } from './camera-wall.ts';
import { GATE } from './remembering-camera.fixture.ts';

const BERLIN = 'CET-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00';

/** The camera shows `localTime` in `zone` while ours shows `now`; when did it capture a row of `captureTime`? */
function captured({ localTime, zone, now, captureTime, configured }: Record<string, string>) {
  const time = Buffer.from(`<Time><localTime>${localTime}</localTime><timeZone>${zone}</timeZone></Time>`);
  const wall = wallOf(time, Date.parse(now ?? ''), configured);
  const [row] = readPlates(
    Buffer.from(`<Plates><Plate><captureTime>${captureTime}</captureTime></Plate></Plates>`),
  ).rows;
  if (wall === null || row === undefined) throw new Error('no time or no row in the test');
  const zoned = { timeZone: wall.zoneOf(row), clockOffsetMs: wall.clockOffsetOf(row) };
  const { capturedAt, at } = detectionFromPlate(row, { camera: GATE, receivedAt: Date.parse(now ?? ''), ...zoned });
  return { capturedAt, at };
}

describe('a row without an offset was captured', () => {
  test.each([
    ['in the zone beside the time', { localTime: '2026-11-22T12:00:00', zone: 'CST-5:00:00' }],
    ['in the offset of the time', { localTime: '2026-11-22T12:00:00+05:00', zone: 'CST-8:00:00' }],
    ['in the configured zone', { localTime: '2026-11-22T12:00:00', zone: '', configured: 'Asia/Tashkent' }],
  ])('%s', (_name, told) => {
    const instant = '2026-11-22T06:30:00.000Z';
    const row = { now: '2026-11-22T07:00:00Z', captureTime: '20261122T1130000000' };
    expect(captured({ ...told, ...row })).toEqual({ capturedAt: instant, at: instant });
  });

  test('in summer time when it was still summer, though the clock has been set back since', () => {
    const told = { localTime: '2026-10-25T03:10:00+01:00', zone: BERLIN, now: '2026-10-25T02:10:00Z' };
    expect(captured({ ...told, captureTime: '20261025T013000' }).at).toBe('2026-10-24T23:30:00.000Z');
    expect(captured({ ...told, captureTime: '20261025T030500' }).at).toBe('2026-10-25T02:05:00.000Z');
  });
});

test('a row of a clock that is an hour ahead is ordered by ours, and keeps what the camera said', () => {
  const told = { localTime: '2026-11-22T13:00:00+05:00', zone: '', now: '2026-11-22T07:00:00Z' };
  for (const captureTime of ['20261122T123000', '20261122T123000+0500']) {
    expect(captured({ ...told, captureTime })).toEqual({
      capturedAt: '2026-11-22T07:30:00.000Z',
      at: '2026-11-22T06:30:00.000Z',
    });
  }
});

test('a time that is none gives no wall', () => {
  expect(wallOf(Buffer.from('<Time><localTime>soon</localTime></Time>'), 0, undefined)).toBeNull();
});
