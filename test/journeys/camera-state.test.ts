import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CameraAnswer, CameraList } from '../../functions/api/camera-answer.ts';
import { cameraEntry, type Gate, type GateOptions, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const TRUCKS = 3;
/** A stream is connected by its first byte: soon. */
const HEARTBEAT_MS = 500;

async function stateOf(gate: Gate): Promise<CameraAnswer> {
  const answer = await gate.get('/api/gate/cameras/gate/');
  return CameraAnswer.parse(await answer.json());
}

const told = (gate: Gate, fits: (camera: CameraAnswer) => boolean) =>
  until('the API to say so', () => stateOf(gate), fits);

describe('what the API says of a camera', () => {
  let gate: Gate;
  beforeAll(async () => {
    gate = await openGate({ camera: { cameraClock: { offsetMs: 90_000 }, heartbeatMs: HEARTBEAT_MS } });
    await gate.connected();
  });
  afterAll(() => gate.close());

  test('whose stream is up: connected, since when, model and firmware, and a guard that is open', async () => {
    const camera = await told(gate, ({ model, stream: { status } }) => model !== null && status === 'connected');
    expect(camera).toMatchObject({
      id: 'gate',
      stream: { status: 'connected', reason: null },
      model: expect.stringContaining('DS-2CD4A26FWD'),
      firmware: 'V5.7.10 build 220601',
      firmwareNote: null,
      outbox: { dropped: 0, bad: 0 },
      guard: { status: 'open', badLogins: 0 },
    });
    expect(Date.parse(camera.stream.since ?? '')).toBeLessThanOrEqual(Date.parse(camera.reportedAt ?? ''));
    const list = await gate.get('/api/gate/cameras');
    expect(CameraList.parse(await list.json())).toMatchObject({ items: [{ id: 'gate' }], cursor: null });
  });

  test('whose streams are all taken right after one was cut: its slot is held, and the reason is a sentence', async () => {
    gate.camera.setFaults({ connect: { name: 'full-house' } });
    gate.camera.cutStreams();
    const { stream, reading, guard } = await told(gate, ({ stream: { status } }) => status === 'slot_held');
    expect(stream.reason).toMatch(/its streams are taken; .* held until 2/);
    expect(reading).toEqual({ status: 'unknown', reason: 'nothing comes from the camera: see its stream' });
    // A full house is no bad login.
    expect(guard).toMatchObject({ status: 'open', badLogins: 0 });
    gate.camera.setFaults({});
    await told(gate, ({ stream: { status } }) => status === 'connected');
  });

  test('whose bridge was stopped: off, with the reads of the day, which the next bridge goes on counting', async () => {
    gate.camera.beat();
    for (let n = 0; n < TRUCKS; n += 1) await gate.camera.drive();
    await told(gate, ({ reading: { status } }) => status === 'reading');
    await until('the trucks', gate.state, ({ camera }) => camera.reads === TRUCKS && camera.heartbeats > 0);
    await gate.system.bridge().stop();
    const off = await stateOf(gate);
    expect(off).toMatchObject({ stream: { status: 'off' }, reading: { status: 'unknown' }, readsToday: TRUCKS });
    expect(off.lastReadAt).not.toBeNull();
    expect(off.lastHeartbeatAt).not.toBeNull();
    expect(Math.round((off.clockOffsetMs ?? 0) / 10_000)).toBe(9);
    await gate.system.startBridge();
    const on = await told(gate, ({ stream: { status } }) => status === 'connected');
    expect(on).toMatchObject({ readsToday: TRUCKS, lastReadAt: off.lastReadAt });
  });

  test('while the table is away: nothing but a problem, and trucks pass the bridge as ever', async () => {
    await gate.connected();
    const { reads, connects } = (await gate.state()).camera;
    await gate.system.table.stop();
    await gate.camera.drive();
    await until('the truck', gate.state, ({ camera }) => camera.reads === reads + 1);
    expect((await gate.get('/api/gate/cameras')).status).toBe(503);
    expect((await gate.state()).camera).toMatchObject({ status: 'connected', connects });
    await gate.system.table.restart();
    await told(gate, ({ stream: { status } }) => status === 'connected');
  });
});

describe('a camera with firmware that sends no plates', () => {
  test('has a note that says so', async () => {
    const gate = await openGate({ camera: { firmware: 'v5.4.5' } });
    try {
      const { firmware, firmwareNote } = await told(gate, (camera) => camera.firmwareNote !== null);
      expect(firmware).toMatch(/^V5\.4\.5/);
      expect(firmwareNote).toMatch(/sends no plates: upgrade to V5\.4\.7/);
    } finally {
      await gate.close();
    }
  });
});

describe('a camera whose pushes alone are wanted', () => {
  test.each<[string, GateOptions]>([
    ['the bridge', { environment: { GATE_STREAM: 'off' } }],
    ['its own settings', { camerasFile: (camera) => [{ ...cameraEntry(camera), stream: 'off' }] }],
  ])('by %s is off, and nobody asks it for its stream', async (_by, options) => {
    const gate = await openGate(options);
    try {
      const { stream, reading, readsToday } = await told(gate, ({ stream: { status } }) => status === 'off');
      expect(stream.reason).toMatch(/told to hold no stream/);
      expect(reading.status).toBe('unknown');
      expect(readsToday).toBeNull();
      expect(gate.camera.connects).toBe(0);
    } finally {
      await gate.close();
    }
  });
});
