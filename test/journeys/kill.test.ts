// What the bridge has acknowledged to its disk outlives kill -9. What it had not yet read when it died is the camera's to
// bring again from its memory, two minutes later and not in this journey.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LedgerEntry } from '../camera/passage.ts';
import { randomFrom } from '../camera/random.ts';
import { traffic } from '../camera/traffic.ts';
import { expectedRead, whatWasTold } from './expected-read.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const LIVES_WITHOUT_QUEUE = 3;
const LIVES_WITH_QUEUE = 2;
const MOST_TRUCKS = 12;
const SEED = Date.now() % 100_000;
const PICTURES_PER_TRUCK = 2;

let gate: Gate;
beforeAll(async () => {
  gate = await openGate({ camera: { pictures: { drawn: 'once' } } });
});
afterAll(() => gate.close());

const random = randomFrom(SEED);
const vehicles = traffic(SEED);

/** Reads, and reads with their pictures, that the bridge had said to be safe when it was killed. */
type Safe = { reads: LedgerEntry[]; withPictures: LedgerEntry[] };

/** Trucks pass, and the bridge is killed once it has acknowledged some of them. */
async function liveAndDie(): Promise<Safe> {
  await gate.connected();
  const before = gate.camera.ledger.length;
  const trucks = 1 + Math.floor(random() * MOST_TRUCKS);
  const killAt = 1 + Math.floor(random() * trucks);
  for (let n = 0; n < trucks; n += 1) void gate.camera.drive(vehicles.next().value);
  const { camera } = await until(`${killAt} reads`, gate.state, (state) => state.camera.reads >= killAt);
  await gate.system.bridge().kill();
  console.log(`seed ${SEED}: killed after ${camera.reads} of ${trucks} reads and ${camera.pictures} pictures`);
  const whole = Math.floor(camera.pictures / PICTURES_PER_TRUCK);
  const passed = gate.camera.ledger.slice(before);
  return { reads: passed.slice(0, camera.reads), withPictures: passed.slice(0, whole) };
}

async function expectAllStored(lives: readonly Safe[]): Promise<void> {
  const isThere = ({ uuid }: LedgerEntry, pictures: number, all: Awaited<ReturnType<Gate['reads']>>) =>
    all.some((read) => read.uuid === uuid && read.pictures.length >= pictures);
  const stored = await until('all that was acknowledged', gate.reads, (all) =>
    lives.every(
      ({ reads, withPictures }) =>
        reads.every((entry) => isThere(entry, 0, all)) &&
        withPictures.every((entry) => isThere(entry, PICTURES_PER_TRUCK, all)),
    ),
  );
  const whole = stored.filter(({ pictures }) => pictures.length === PICTURES_PER_TRUCK).map(whatWasTold);
  const safe = lives.flatMap(({ withPictures }) => withPictures.map(expectedRead));
  expect(whole).toEqual(expect.arrayContaining(safe));
  const passed = new Set(gate.camera.ledger.map(({ uuid }) => uuid));
  const uuids = stored.map(({ uuid }) => uuid ?? 'none');
  expect(uuids.filter((uuid) => !passed.has(uuid))).toEqual([]);
  expect(new Set(uuids).size).toBe(uuids.length);
}

test('a bridge killed again and again while the queue is away loses no read and stores none twice', async () => {
  await gate.system.queues.stop();
  const lives: Safe[] = [];
  for (let life = 0; life < LIVES_WITHOUT_QUEUE; life += 1) {
    lives.push(await liveAndDie());
    await gate.system.startBridge();
  }
  const kept = lives.reduce((sum, { reads }) => sum + reads.length, 0);
  expect((await gate.state()).outbox.reads).toBeGreaterThanOrEqual(kept);
  await gate.system.queues.restart();
  await expectAllStored(lives);
});

test('a bridge killed in the middle of sending loses no read and stores none twice', async () => {
  const lives: Safe[] = [];
  for (let life = 0; life < LIVES_WITH_QUEUE; life += 1) {
    lives.push(await liveAndDie());
    await gate.system.startBridge();
  }
  await expectAllStored(lives);
  await until('an empty outbox', gate.state, ({ outbox }) => outbox.reads === 0 && outbox.pictures === 0);
});
