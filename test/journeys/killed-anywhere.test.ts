// Kill -9 at any point: of bridge, recorder and webhook at random steps of their work, as often as a test may last
// (`npm run soak -- --kills 1000` goes on), and of the real bridge with everything around it.
import { afterEach, describe, expect, test } from 'vitest';
import type { CameraOptions } from '../camera/camera-options.ts';
import { traffic } from '../camera/traffic.ts';
import { killsOf, runKills } from '../soak/kills.ts';
import { judge, leftBehind } from '../soak/verdict.ts';
import { type Gate, type GateOptions, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const KILLS = 40;
const SEED = 12;

test(`after ${KILLS} deaths in mid-work every vehicle is one row, and nothing lies about`, async () => {
  const soak = await runKills({ seed: SEED, kills: KILLS });
  try {
    const { killed, cloud } = soak.world;
    console.log(`killed: ${killed} bridges, ${cloud.killed.recorder} recorders, ${cloud.killed.webhook} webhooks`);
    expect(killsOf(soak)).toBeGreaterThanOrEqual(KILLS);
    expect(Math.min(killed, cloud.killed.recorder, cloud.killed.webhook)).toBeGreaterThan(0);
    const { mismatches, rows, late } = await judge(soak);
    expect(mismatches).toEqual([]);
    expect(rows).toBe(soak.passed.length);
    expect(late).toBeGreaterThan(0);
    expect(leftBehind(soak)).toEqual([]);
  } finally {
    await soak.world.close();
  }
});

describe('the whole local system', () => {
  const TRUCKS = 6;
  const MINUTE_MS = 60_000;
  /** What the memory has must be two minutes old: the camera's clock stands further back while those trucks pass. */
  const camera = { behindMs: 0, now: () => Date.now() - camera.behindMs };
  const vehicles = traffic(SEED);
  let gate: Gate;
  afterEach(() => gate.close());

  async function open(options: GateOptions = {}): Promise<void> {
    const seen: CameraOptions = {
      clock: camera,
      cameraClock: { dateTime: 'milliseconds' },
      pictures: { drawn: 'once' },
    };
    camera.behindMs = 10 * MINUTE_MS;
    gate = await openGate({ ...options, camera: { ...seen, ...options.camera }, visibilitySeconds: 1 });
    await gate.connected();
  }

  async function trucksPass(): Promise<void> {
    for (let n = 0; n < TRUCKS; n += 1) await gate.camera.drive(vehicles.next().value);
  }

  const moments = () => gate.camera.ledger.map(({ capturedAt }) => new Date(capturedAt).toISOString()).toReversed();
  const stored = (rows: number) => until(`${rows} trucks`, gate.reads, (reads) => reads.length >= rows);

  test('whose VM lost its power has every truck: those on its disk, and those that passed while it was down', async () => {
    await open();
    await gate.system.queues.stop();
    await trucksPass();
    await until('the trucks on disk', gate.state, ({ outbox }) => outbox.reads === TRUCKS);
    await gate.system.bridge().kill();
    await trucksPass();
    camera.behindMs = 0;
    await gate.system.queues.restart();
    await gate.system.startBridge();
    const reads = await stored(2 * TRUCKS);
    expect(reads.map(({ capturedAt }) => capturedAt)).toEqual(moments());
    const sources = reads.map(({ sources: [source], late }) => `${source} ${late ? 'late' : 'live'}`);
    expect(sources).toEqual([...Array(TRUCKS).fill('history late'), ...Array(TRUCKS).fill('stream live')]);
  });

  test('whose AWS was away, all of it, has every truck once it is back', async () => {
    await open();
    await Promise.all([gate.system.queues.stop(), gate.system.table.stop()]);
    await trucksPass();
    await until('the trucks on disk', gate.state, ({ outbox }) => outbox.reads === TRUCKS);
    await gate.system.table.restart();
    await gate.system.queues.restart();
    expect((await stored(TRUCKS)).map(({ capturedAt }) => capturedAt)).toEqual(moments());
  });

  test('whose disk has no room gives up the oldest pictures, says so, and keeps every truck', async () => {
    await open({ environment: { GATE_OUTBOX_MEBIBYTES: '0.05' } });
    await gate.system.queues.stop();
    await trucksPass();
    await until('the trucks on disk', gate.state, ({ outbox }) => outbox.reads === TRUCKS && outbox.dropped > 0);
    await until('a warning', () => gate.logged('outbox.pictures.dropped').length > 0);
    await gate.system.queues.restart();
    expect((await stored(TRUCKS)).map(({ capturedAt }) => capturedAt)).toEqual(moments());
  });
});
