import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import type { CameraReport, CameraStates } from '../../shared/store/camera-states.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { type DrivenClock, drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { Busy } from '../../shared/support/errors.ts';
import type { ReportedRoad } from './report-of.ts';
import { reportStates } from './report-states.ts';
import { roadAt } from './road.fixture.ts';

const NOON = Date.parse('2026-11-22T12:00:00.000Z');
const seconds = (count: number) => count * 1_000;

/** The table's part: what was written, and whether it takes anything. */
function memoryStates() {
  const memory = { written: [] as CameraReport[], isAway: false, tries: 0, answer: null as Promise<void> | null };
  const states: CameraStates = {
    read: async () => memory.written.at(-1) ?? null,
    write: async (_, report) => {
      memory.tries += 1;
      await memory.answer;
      if (memory.isAway) throw new Busy('internal', 'could not write the state of a camera');
      memory.written.push(report);
    },
  };
  return Object.assign(memory, { states });
}

let clock: DrivenClock;
let stop: AbortController;
let lines: string[];
let table: ReturnType<typeof memoryStates>;
let running: Promise<void>;
beforeEach(() => {
  clock = drivenClock(NOON);
  stop = new AbortController();
  lines = [];
  table = memoryStates();
});
afterEach(async () => {
  stop.abort();
  await running;
});

const note = (event: string) => void lines.push(event);
const log = { info: note, warn: note, error: note };

const aRoad = () => roadAt(clock, log);

function report(roads: ReportedRoad[], ours: Clock = clock): void {
  const outbox = { depth: () => ({ reads: 1, pictures: 2, bytes: 3, oldestAt: null, dropped: 4, bad: 5 }) };
  const cameras = [CameraIdSchema.parse('gate')];
  running = reportStates({ cameras, roads, states: table.states, outbox, clock: ours, log, signal: stop.signal });
}

/** Lets so much time pass, and all that it sets off be done. */
async function pass(ms: number): Promise<void> {
  for (const end = clock.now() + ms; clock.now() < end; ) {
    await turn();
    clock.step(end - clock.now());
  }
  await turn();
}

describe('the state of a camera', () => {
  test('is written at once, on every change, and every 30 s without one', async () => {
    const road = aRoad();
    report([road]);
    await pass(seconds(2));
    expect(table.written).toMatchObject([{ stream: { status: 'connecting' }, outbox: { reads: 1, dropped: 4 } }]);
    road.state.become('connected', null, clock.now());
    await pass(seconds(2));
    expect(table.written.at(-1)).toMatchObject({ stream: { status: 'connected', reason: null } });
    road.state.become('silent', 'no byte for 30 s', clock.now());
    await pass(seconds(2));
    expect(table.written.at(-1)).toMatchObject({ stream: { status: 'silent', reason: 'no byte for 30 s' } });
    expect(table.written).toHaveLength(3);
    await pass(seconds(300));
    expect(table.written).toHaveLength(13);
    expect(table.written.at(-1)?.reportedAt).toBe(new Date(clock.now() - seconds(1)).toISOString());
  });

  test('is written at once when a lane falls quiet, and with a reserve for one without heartbeats', async () => {
    const road = aRoad();
    road.state.become('connected', null, clock.now());
    road.state.upSince = clock.now();
    report([road]);
    await pass(seconds(2));
    road.quiet.heardRead();
    await pass(seconds(2));
    expect(table.written).toMatchObject([
      {
        reading: {
          status: 'unknown',
          reason: 'no read since the bridge started: what is usual here is still being learned',
        },
      },
      { reading: { status: 'reading', reason: null }, stream: { status: 'connected', reason: null } },
    ]);
    await pass(seconds(62));
    expect(table.written.at(-1)?.stream).toMatchObject({
      status: 'connected',
      reason: 'events come, but no heartbeats',
    });
    road.state.lastHeartbeatAt = new Date(clock.now()).toISOString();
    await pass(seconds(30));
    expect(table.written.at(-1)?.stream).toMatchObject({ status: 'connected', reason: null });
  });

  test('has what an earlier bridge knew, until this one knows better', async () => {
    const earlier = aRoad();
    Object.assign(earlier.state, { model: 'DS-2CD4A26FWD-IZS/P', firmware: 'V5.4.5', firmwareNote: 'sends no plates' });
    earlier.state.lastReadAt = new Date(NOON).toISOString();
    earlier.readsToday.add(NOON);
    earlier.state.lastHeartbeatAt = new Date(NOON).toISOString();
    earlier.clockOffset.heard('2026-11-22T13:00:00Z', NOON, undefined);
    report([earlier]);
    await pass(seconds(1));
    stop.abort();
    await running;
    stop = new AbortController();

    const road = aRoad();
    road.readsToday.add(NOON);
    report([road]);
    await pass(seconds(1));
    expect(table.written.at(-1)).toMatchObject({
      lastReadAt: new Date(NOON).toISOString(),
      lastHeartbeatAt: new Date(NOON).toISOString(),
      clockOffsetMs: seconds(3_600),
      readsToday: { day: '2026-11-22', count: 2 },
      model: 'DS-2CD4A26FWD-IZS/P',
      firmwareNote: 'sends no plates',
    });
    Object.assign(road.state, { firmware: 'V5.4.7' });
    await pass(seconds(2));
    expect(table.written.at(-1)).toMatchObject({ firmware: 'V5.4.7', firmwareNote: null });
  });

  test.each([
    ['back', -seconds(3_600)],
    ['on', seconds(3_600)],
  ])('is written as ever when our own clock is set %s by an hour', async (_name, stepMs) => {
    let errorMs = 0;
    report([aRoad()], { now: () => clock.now() + errorMs, sleep: clock.sleep });
    await pass(seconds(40));
    expect(table.written).toHaveLength(2);
    errorMs = stepMs;
    await pass(seconds(300));
    // Each on time, and one more at once.
    expect(table.written.length - 2).toBeGreaterThanOrEqual(10);
    expect(table.written.length - 2).toBeLessThanOrEqual(11);
  });

  test('is off where no stream is held, and off at last when the bridge stops', async () => {
    report([]);
    await pass(seconds(1));
    expect(table.written).toMatchObject([{ stream: { status: 'off' }, readsToday: null }]);
    stop.abort();
    await running;
    stop = new AbortController();
    const road = aRoad();
    report([road]);
    await pass(seconds(1));
    road.state.become('stopped', null, clock.now());
    stop.abort();
    await running;
    expect(table.written.at(-1)).toMatchObject({ stream: { status: 'off', reason: null } });
  });
});

describe('a table that does not take the state', () => {
  test('is one line in the log, and is told the newest once it is back', async () => {
    const road = aRoad();
    table.isAway = true;
    report([road]);
    await pass(seconds(119));
    expect(table.tries).toBe(24);
    expect(lines).toEqual(['camera_state.unreported']);
    road.state.become('connected', null, clock.now());
    table.isAway = false;
    await pass(seconds(10));
    expect(table.written).toMatchObject([{ stream: { status: 'connected' } }]);
    expect(lines).toEqual(['camera_state.unreported', 'camera_state.reported_again']);
  });

  test('for a moment still hears of silence within 15 s', async () => {
    const road = aRoad();
    report([road]);
    await pass(seconds(10));
    table.isAway = true;
    road.state.become('silent', 'no byte for 30 s', clock.now());
    await pass(seconds(6));
    table.isAway = false;
    await pass(seconds(9));
    expect(table.written.at(-1)?.stream.status).toBe('silent');
  });

  test('and never answers has one write at its door, not a queue of them', async () => {
    const answer = Promise.withResolvers<void>();
    table.answer = answer.promise;
    const road = aRoad();
    report([road]);
    for (const status of ['connected', 'silent', 'connected'] as const) {
      road.state.become(status, null, clock.now());
      await pass(seconds(60));
    }
    expect(table.tries).toBe(1);
    answer.resolve();
    await pass(seconds(2));
    expect(table.written.at(-1)).toMatchObject({ stream: { status: 'connected' } });
  });
});
