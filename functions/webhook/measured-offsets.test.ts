import { beforeEach, describe, expect, test } from 'vitest';
import { type CameraId, CameraIdSchema } from '../../shared/detection/detection.ts';
import type { CameraReport } from '../../shared/store/camera-states.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { type DrivenClock, drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { Busy } from '../../shared/support/errors.ts';
import { silentLog } from '../../shared/support/log.ts';
import { type MeasuredOffsets, measuredOffsets } from './measured-offsets.ts';

const GATE = CameraIdSchema.parse('gate');
const OUT = CameraIdSchema.parse('out');
const NOW = Date.UTC(2026, 10, 22, 5);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let clock: DrivenClock;
let asked: CameraId[];
let answer: (camera: CameraId) => Promise<CameraReport | null>;
let offsets: MeasuredOffsets;
beforeEach(() => {
  clock = drivenClock(NOW);
  asked = [];
  answer = async () => report(HOUR_MS);
  const read = (camera: CameraId) => {
    asked.push(camera);
    return answer(camera);
  };
  offsets = measuredOffsets({ states: { read }, clock, log: silentLog });
});

function report(clockOffsetMs: number | null, heartbeatAgoMs: number | null = 5_000): CameraReport {
  const at = isoInstant(clock.now());
  return {
    reportedAt: at,
    stream: { status: 'connected', since: at, reason: null },
    reading: { status: 'reading', reason: null },
    lastHeartbeatAt: heartbeatAgoMs === null ? null : isoInstant(clock.now() - heartbeatAgoMs),
    clockOffsetMs,
    ...{ lastReadAt: null, readsToday: null, model: null, firmware: null, firmwareNote: null },
    outbox: { reads: 0, pictures: 0, dropped: 0, bad: 0 },
  };
}
const of = async (camera: CameraId) => (await offsets([camera]))(camera);

describe('the clock of a camera that pushes is', () => {
  test('as far off as the bridge has measured', async () => {
    expect(await of(GATE)).toBe(HOUR_MS);
  });

  test('asked for once a minute, of each camera', async () => {
    for (let push = 0; push < 5; push += 1) await offsets([GATE, OUT]);
    expect(asked).toEqual([GATE, OUT]);
    clock.step(MINUTE_MS);
    answer = async () => report(0);
    expect(await of(GATE)).toBe(0);
  });

  test.each([
    ['no bridge has reported', () => null],
    ['no heartbeat had a time', () => report(null)],
    ['no heartbeat was heard', () => report(HOUR_MS, null)],
    ['none was heard for more than a day', () => report(HOUR_MS, 25 * HOUR_MS)],
  ])('not known where %s', async (_name, reported) => {
    answer = async () => reported();
    expect(await of(GATE)).toBeNull();
  });

  test('still known hours after the bridge heard its last heartbeat', async () => {
    answer = async () => report(HOUR_MS, 20 * HOUR_MS);
    expect(await of(GATE)).toBe(HOUR_MS);
  });
});

describe('a table that is away', () => {
  test('refuses no push, and leaves what was known before', async () => {
    const away = () => Promise.reject(new Busy('internal', 'could not read the state of a camera: TimeoutError'));
    answer = away;
    expect(await of(GATE)).toBeNull();
    clock.step(MINUTE_MS);
    answer = async () => report(HOUR_MS);
    expect(await of(GATE)).toBe(HOUR_MS);
    clock.step(MINUTE_MS);
    answer = away;
    expect(await of(GATE)).toBe(HOUR_MS);
    expect(asked).toHaveLength(3);
  });

  test('and does not answer holds up one push a minute, for half a second', async () => {
    answer = () => new Promise(() => {});
    const first = of(GATE);
    clock.step(500);
    expect(await first).toBeNull();
    expect(await of(GATE)).toBeNull();
    expect(clock).toMatchObject({ sleeping: 0 });
    expect(asked).toHaveLength(1);
  });
});
