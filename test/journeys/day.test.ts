// Twenty-four hours of a busy lane in seconds: a vehicle every 30 s, a heartbeat every 10 s, the stream cut a few times an
// hour, the queue away for one. What passes while the stream is cut is the camera's to bring again from its memory, which
// this version does not ask for: so nothing passes then.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../bridge/outbox/outbox.fixture.ts';
import type { Detection } from '../../shared/detection/detection.ts';
import { randomFrom } from '../camera/random.ts';
import { traffic } from '../camera/traffic.ts';
import { CAMERA, type CompressedGate, openCompressedGate } from './day.fixture.ts';
import { expectedRead, whatWasTold } from './expected-read.ts';

const SEED = 25;
const START = Date.UTC(2026, 10, 22, 5);
const HOUR_MS = 3_600_000;
const HEARTBEAT_MS = 10_000;
const HEARTBEATS_A_VEHICLE = 3;
/** One vehicle in so many comes with its pictures, or the day would be as long as the disk is slow. */
const VEHICLES_A_PICTURE = 20;
const CUTS_AN_HOUR = 3;
const CUT_CHANCE = (CUTS_AN_HOUR * HEARTBEAT_MS) / HOUR_MS;
const QUEUE_AWAY_HOUR = 13;
const CAMERA_AHEAD_MS = 7_000;
const DAY_HOURS = 24;
const THIRD_HOURS = DAY_HOURS / 3;
const VEHICLES = (DAY_HOURS * HOUR_MS) / (HEARTBEATS_A_VEHICLE * HEARTBEAT_MS);
/** Of the process's heap, the camera's ledger in it included; the table stands outside. */
const FLAT_MEBIBYTES = 4;
const MEBIBYTE = 2 ** 20;
const PAGE = 100;
/** A day is work for half a minute; a busy machine may take its time. */
const DAY_TIMEOUT_MS = 180_000;
const collectGarbage = gc();

const random = randomFrom(SEED);
const vehicles = traffic(SEED);

let gate: CompressedGate;
beforeAll(async () => {
  gate = await openCompressedGate({ start: START, cameraAheadMs: CAMERA_AHEAD_MS, random });
  await until(() => gate.camera.streams === 1 && gate.state.connects === 1);
});
afterAll(() => gate.close());

let heartbeats = 0;
let cuts = 0;
const sentWithPictures = new Set<string>();

async function heartbeat(): Promise<void> {
  gate.pass(HEARTBEAT_MS);
  gate.camera.beat();
  heartbeats += 1;
  if (heartbeats % HEARTBEATS_A_VEHICLE === 0) await vehicle();
  await until(() => gate.state.heartbeats === heartbeats && gate.state.reads === gate.camera.ledger.length);
}

async function vehicle(): Promise<void> {
  const withPictures = gate.camera.ledger.length % VEHICLES_A_PICTURE === 0;
  gate.camera.setFaults(withPictures ? {} : { event: 'pictures-never-come' });
  const { uuid } = await gate.camera.drive(vehicles.next().value);
  if (withPictures) sentWithPictures.add(uuid);
}

/** The stream breaks, and time passes until the bridge is back. */
async function cut(): Promise<void> {
  cuts += 1;
  const { connects } = gate.state;
  if (random() < 0.5) gate.camera.cutStreams();
  else gate.camera.resetStreams();
  await until(() => gate.state.status !== 'connected');
  await until(() => {
    if (gate.streamClock.sleepers > 0) gate.pass(1_000);
    return gate.state.connects > connects && gate.camera.streams === 1;
  });
}

async function hour(): Promise<void> {
  for (let n = 0; n < HOUR_MS / HEARTBEAT_MS; n += 1) {
    if (random() < CUT_CHANCE) await cut();
    await heartbeat();
  }
}

async function everythingStored(): Promise<void> {
  await until(() => {
    const { reads, pictures } = gate.outbox.depth();
    return reads === 0 && pictures === 0;
  });
  await gate.queue.idle();
}

async function rows(): Promise<Detection[]> {
  const all: Detection[] = [];
  let cursor: string | undefined;
  do {
    const page = await gate.store.list({ limit: PAGE, order: 'asc', cursor, cameras: [CAMERA] });
    all.push(...page.items);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

function gc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

/** At the end of each third of the day, in MiB. */
const heaps: number[] = [];

async function day(): Promise<void> {
  for (let n = 1; n <= DAY_HOURS; n += 1) {
    gate.queue.away = n === QUEUE_AWAY_HOUR;
    await hour();
    if (n % THIRD_HOURS !== 0) continue;
    await everythingStored();
    collectGarbage();
    heaps.push(process.memoryUsage().heapUsed / MEBIBYTE);
  }
}

test(
  'a day of vehicles, of all that pass while the stream is up, is in the table to the row',
  async () => {
    await day();
    const { ledger } = gate.camera;
    console.log(`${ledger.length} vehicles, ${heartbeats} heartbeats, ${cuts} cuts of the stream`);
    expect([ledger.length, cuts > DAY_HOURS]).toEqual([VEHICLES, true]);
    const passed = ledger.map((entry) => {
      const expected = expectedRead(entry);
      return sentWithPictures.has(entry.uuid) ? expected : { ...expected, pictures: [] };
    });
    expect((await rows()).map(whatWasTold)).toEqual(passed);
    expect(gate.picturesStored()).toBe(2 * sentWithPictures.size);
  },
  DAY_TIMEOUT_MS,
);

test('memory is flat over the day', () => {
  console.log(`heap after each third of the day: ${heaps.map((heap) => heap.toFixed(1)).join(', ')} MiB`);
  const [first = 0, , last = Number.POSITIVE_INFINITY] = heaps;
  expect(last - first).toBeLessThan(FLAT_MEBIBYTES);
});

test("the camera's clock is measured, however often the stream was cut", () => {
  expect(gate.clockOffset.ms).toBe(CAMERA_AHEAD_MS);
});
