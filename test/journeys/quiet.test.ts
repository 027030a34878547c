import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { CameraAnswer } from '../../functions/api/camera-answer.ts';
import { driveTraffic } from '../camera/traffic.ts';
import { type Gate, type GateOptions, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

/** In the place of 30 s and 10 s. */
const DEAD_AFTER_SECONDS = 1.5;
const HEARTBEAT_MS = 200;
/** What is left, of the 45 s until silence must be shown, when it has been noticed. */
const SHOWN_WITHIN_MS = 15_000;
/** As many as make a habit. */
const STREAMS = 3;
const TRUCK_EVERY_MS = 500;
const SEED = 6;

const open = (camera: GateOptions['camera'] = {}) =>
  openGate({ camera, environment: { GATE_STREAM_DEAD_AFTER_SECONDS: String(DEAD_AFTER_SECONDS) } });

async function cameraOf(gate: Gate): Promise<CameraAnswer> {
  const answer = await gate.get('/api/gate/cameras/gate');
  return CameraAnswer.parse(await answer.json());
}
const called = (gate: Gate, word: CameraAnswer['stream']['status']) =>
  until(
    `the API to call it ${word}`,
    () => cameraOf(gate),
    ({ stream }) => stream.status === word,
  );

const Metrics = z.looseObject({ StreamConnected: z.number(), StreamSilentSeconds: z.number() }).partial();
/** The metrics of the camera that were emitted last. */
const metrics = (gate: Gate) =>
  Metrics.parse(gate.logged('metrics.emitted').findLast(({ Camera }) => Camera === 'gate') ?? {});

describe('a stream that no longer says anything', () => {
  let gate: Gate;
  beforeAll(async () => {
    gate = await open({ heartbeatMs: HEARTBEAT_MS });
    await gate.connected();
  });
  afterAll(() => gate.close());

  test('because the socket is half-open is silent: noticed in time, shown in time, and the alarm has its metric', async () => {
    await called(gate, 'connected');
    await until('the metric to say so', () => metrics(gate).StreamConnected === 1);
    gate.camera.setFaults({ connect: { name: 'silent-after-head' } });
    const frozenAt = performance.now();
    gate.camera.freezeStreams();
    const { stream, reading } = await called(gate, 'silent');
    expect(performance.now() - frozenAt).toBeLessThan(DEAD_AFTER_SECONDS * 1_000 + SHOWN_WITHIN_MS);
    expect(stream.reason).toBe(`no byte for ${DEAD_AFTER_SECONDS} s: the connection is taken for dead`);
    expect(reading.status).toBe('unknown');
    const silent = await until(
      'the metric to fall',
      () => metrics(gate),
      (line) => line.StreamConnected === 0,
    );
    expect(silent).toMatchObject({ stream: 'silent', GuardShut: 0, ReadsSuspiciouslyQuiet: 0 });
    expect(silent.StreamSilentSeconds).toBeGreaterThanOrEqual(DEAD_AFTER_SECONDS);
  });

  test('stays silent while the camera takes the request and says nothing, and is connected by its first byte', async () => {
    const { connects } = (await gate.state()).camera;
    const next = await until('another stream', gate.state, ({ camera }) => camera.connects > connects);
    expect(next.camera.status).toBe('silent');
    gate.camera.setFaults({});
    await called(gate, 'connected');
    await until('the metric to rise', () => metrics(gate).StreamConnected === 1);
  });

  test('because the camera still holds the slot of the one before is called so, and never refused', async () => {
    await gate.restartBridge();
    await gate.connected();
    gate.camera.setFaults({ connect: { name: 'slot-held', forMs: 120_000 } });
    gate.camera.resetStreams();
    const { stream } = await called(gate, 'slot_held');
    expect(stream.reason).toMatch(/answered 404, its streams are taken; .* held until 2/);
    expect(gate.logged('stream.refused')).toHaveLength(0);
    gate.camera.setFaults({});
    await called(gate, 'connected');
  });

  test('because the camera closes every stream after a while is called closing', async () => {
    await gate.restartBridge();
    for (let n = 1; n <= STREAMS; n += 1) {
      await until('a stream that speaks', gate.state, ({ camera }) => camera.connects === n && camera.upSince !== null);
      gate.camera.cutStreams();
    }
    const { stream } = await called(gate, 'closing');
    expect(stream.reason).toMatch(/^the camera closes every stream after about \d+ s; it is opened again each time$/);
  });
});

describe('a recorder that sends events and no heartbeats', () => {
  test('is not called dead while trucks pass, and silent with a reserve when none do', async () => {
    const gate = await open({ heartbeatMs: false });
    try {
      await gate.connected();
      const trucks = driveTraffic(gate.camera, { everyMs: TRUCK_EVERY_MS, seed: SEED });
      const count = (2 * DEAD_AFTER_SECONDS * 1_000) / TRUCK_EVERY_MS;
      const { camera } = await until('the trucks', gate.state, (state) => state.camera.reads >= count);
      expect(camera).toMatchObject({ status: 'connected', connects: 1, heartbeats: 0 });
      trucks.stop();
      const { stream } = await called(gate, 'silent');
      expect(stream.reason).toMatch(/events and no heartbeats, so an empty lane looks the same/);
    } finally {
      await gate.close();
    }
  });
});
