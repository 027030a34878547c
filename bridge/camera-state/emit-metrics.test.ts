import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { BRIDGE_METRICS, CAMERA_METRICS } from '../../shared/metrics/bridge-metrics.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import { type DrivenClock, drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { silentLog } from '../../shared/support/log.ts';
import { emitMetrics } from './emit-metrics.ts';
import { roadAt } from './road.fixture.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const PUSHING = CameraIdSchema.parse('pushing');
const seconds = (count: number) => count * 1_000;

let clock: DrivenClock;
let aheadMs: number;
let ours: Clock;
let stop: AbortController;
let road: ReturnType<typeof roadAt>;
let depth: { reads: number; pictures: number; bytes: number; oldestAt: string | null; dropped: number; bad: number };
let isShut: () => Promise<boolean>;
let lines: Record<string, unknown>[];
let running: Promise<void>;

beforeEach(() => {
  clock = drivenClock(NOON);
  aheadMs = 0;
  stop = new AbortController();
  ours = { now: () => clock.now() + aheadMs, sleep: clock.sleep };
  road = roadAt(ours, silentLog);
  depth = { reads: 0, pictures: 0, bytes: 0, oldestAt: null, dropped: 0, bad: 0 };
  isShut = async () => false;
  lines = [];
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await running;
});

/** The bridge begins to tell, and so much time passes. */
async function emitFor(ms: number): Promise<void> {
  running = emitMetrics({
    cameras: [road.camera.id, PUSHING],
    roads: [road],
    outbox: { depth: () => depth },
    isShut: () => isShut(),
    print: (line) => void lines.push(JSON.parse(line)),
    clock: ours,
    signal: stop.signal,
  });
  await pass(ms);
}

async function pass(ms: number): Promise<void> {
  for (const end = clock.now() + ms; clock.now() < end; ) {
    await turn();
    clock.step(end - clock.now());
  }
  await turn();
}
function bytes(): void {
  road.state.upSince ??= clock.now();
  road.state.lastByteAt = clock.now();
}
const ofCamera = () => lines.filter(({ Camera }) => Camera === 'gate');
const ofBridge = () => lines.filter(({ service }) => service === 'bridge');

describe('the metrics of a camera', () => {
  test('come at once and every minute, with every metric that there is', async () => {
    road.state.lastHeartbeatAt = isoInstant(NOON - 4_000);
    road.clockOffset.heard(isoInstant(NOON - 90_000), NOON, 'UTC');
    await emitFor(seconds(1));
    expect(ofCamera()).toHaveLength(1);
    expect(ofCamera()[0]).toMatchObject({ StreamConnected: 0, ClockOffsetSeconds: 90, HeartbeatAgeSeconds: 4 });
    expect(Object.keys(ofCamera()[0] ?? {})).toEqual(expect.arrayContaining(Object.keys(CAMERA_METRICS)));
    await pass(seconds(600));
    expect(ofCamera()).toHaveLength(11);
  });

  test('tell silence in the very second, and since when', async () => {
    bytes();
    await emitFor(seconds(2));
    expect(ofCamera().at(-1)).toMatchObject({ StreamConnected: 1, stream: 'connecting' });
    await pass(seconds(31));
    road.state.upSince = null;
    road.state.become('silent', 'no byte for 30 s', clock.now());
    await pass(seconds(1));
    expect(ofCamera()).toHaveLength(2);
    expect(ofCamera().at(-1)).toMatchObject({ StreamConnected: 0, StreamSilentSeconds: 34, stream: 'silent' });
    await pass(seconds(60));
    expect(ofCamera().at(-1)).toMatchObject({ StreamConnected: 0, StreamSilentSeconds: 94 });
    bytes();
    await pass(seconds(1));
    expect(ofCamera().at(-1)).toMatchObject({ StreamConnected: 1 });
  });

  test('call a camera unread while its reads wait for a full disk, though bytes come', async () => {
    bytes();
    road.state.waitsForDisk = 'no space left';
    await emitFor(seconds(1));
    expect(ofCamera().at(-1)).toMatchObject({ StreamConnected: 0, reading: 'unknown' });
    road.state.waitsForDisk = null;
    await pass(seconds(60));
    expect(ofCamera().at(-1)).toMatchObject({ StreamConnected: 1 });
  });

  test('count what came since the line before, and nothing twice', async () => {
    road.state.connects = 2;
    await emitFor(seconds(1));
    road.state.connects = 5;
    road.state.vehiclesWithoutPlate = 7;
    await pass(seconds(120));
    const told = ofCamera().map(({ StreamConnects, VehiclesWithoutPlate }) => [StreamConnects, VehiclesWithoutPlate]);
    expect(told).toEqual([
      [2, 0],
      [3, 7],
      [0, 0],
    ]);
  });

  test('say that no plate comes where some should', async () => {
    bytes();
    road.quiet.heardRead();
    road.state.vehiclesWithoutPlate = 3;
    road.quiet.heardRead('another lane');
    await emitFor(seconds(1));
    expect(ofCamera().at(-1)).toMatchObject({ ReadsSuspiciouslyQuiet: 0, reading: 'reading' });
    const quiet = road.quiet.listenUntil(stop.signal);
    road.state.vehiclesWithoutPlate = 9;
    await pass(seconds(120));
    expect(ofCamera().at(-1)).toMatchObject({ ReadsSuspiciouslyQuiet: 1, reading: 'reads_missing' });
    stop.abort();
    await quiet;
  });

  test('know of a shut guard by its row, and by the stream’s own word while the row cannot be read', async () => {
    isShut = async () => true;
    await emitFor(seconds(1));
    expect(ofCamera().at(-1)).toMatchObject({ GuardShut: 1 });
    isShut = () => Promise.reject(new Error('the table is away'));
    await pass(seconds(60));
    expect(ofCamera().at(-1)).toMatchObject({ GuardShut: 0 });
    road.state.become('locked', 'its guard is shut', clock.now());
    await pass(seconds(60));
    expect(ofCamera().at(-1)).toMatchObject({ GuardShut: 1 });
  });

  test('go on when the table does not answer', async () => {
    const answer = Promise.withResolvers<boolean>();
    let asked = 0;
    isShut = () => {
      asked += 1;
      return answer.promise;
    };
    await emitFor(seconds(300));
    expect([asked, ofBridge().length]).toEqual([10, 6]);
    expect(ofCamera()).toHaveLength(5);
    answer.resolve(true);
    await pass(seconds(60));
    expect(ofCamera().at(-1)).toMatchObject({ GuardShut: 1 });
  });
});

describe('of a camera that only pushes', () => {
  const ofPushing = () => lines.filter(({ Camera }) => Camera === 'pushing');

  test('only the guard is told, every minute, and nothing while nobody knows', async () => {
    isShut = async () => true;
    await emitFor(seconds(61));
    expect(ofPushing()).toHaveLength(2);
    expect(ofPushing().at(-1)).toMatchObject({ GuardShut: 1 });
    expect(ofPushing().at(-1)).not.toHaveProperty('StreamConnected');
    isShut = () => Promise.reject(new Error('the table is away'));
    await pass(seconds(120));
    expect(ofPushing()).toHaveLength(2);
    isShut = async () => false;
    await pass(seconds(60));
    expect(ofPushing().at(-1)).toMatchObject({ GuardShut: 0 });
  });
});

describe('the metrics of the bridge', () => {
  test('say that it lives, and what waits on its disk', async () => {
    await emitFor(seconds(1));
    const nothing = { BridgeAlive: 1, OutboxReads: 0, OutboxOldestSeconds: 0, OutboxDropped: 0, OutboxBad: 0 };
    expect(ofBridge()).toMatchObject([nothing]);
    depth = { ...depth, reads: 3, pictures: 2, oldestAt: isoInstant(NOON), dropped: 4, bad: 1 };
    await pass(seconds(120));
    expect(ofBridge()).toHaveLength(3);
    expect(ofBridge()[1]).toMatchObject({
      OutboxReads: 3,
      OutboxPictures: 2,
      OutboxOldestSeconds: 60,
      OutboxDropped: 4,
    });
    expect(ofBridge()[2]).toMatchObject({ OutboxOldestSeconds: 120, OutboxDropped: 0, OutboxBad: 1 });
    expect(Object.keys(ofBridge()[0] ?? {})).toEqual(expect.arrayContaining(Object.keys(BRIDGE_METRICS)));
  });

  test.each([-3_600, 3_600])('go on when the clock is set by %i s', async (jump) => {
    depth.oldestAt = isoInstant(NOON);
    await emitFor(seconds(1));
    aheadMs = seconds(jump);
    await pass(seconds(120));
    expect(ofBridge().length).toBeGreaterThanOrEqual(3);
    for (const { OutboxOldestSeconds } of ofBridge()) expect(OutboxOldestSeconds).toBeGreaterThanOrEqual(0);
  });
});
