import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { traffic } from '../camera/traffic.ts';
import { expectedRead, haveTwoPictures, whatWasTold } from './expected-read.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const TRUCKS_A_PHASE = 5;
const SEED = 23;
const vehicles = traffic(SEED);

let gate: Gate;
beforeAll(async () => {
  // Reads of one second are told apart, so that their order can be.
  gate = await openGate({ camera: { cameraClock: { dateTime: 'milliseconds' } }, visibilitySeconds: 1 });
  await gate.connected();
});
afterAll(() => gate.close());

async function trucksPass(): Promise<void> {
  for (let n = 0; n < TRUCKS_A_PHASE; n += 1) await gate.camera.drive(vehicles.next().value);
}

const allStored = () =>
  until(
    'every truck with its pictures',
    gate.reads,
    (reads) => reads.length === gate.camera.ledger.length && haveTwoPictures(reads),
  );

/** The bridge has them on disk; the outage is real for them. */
const waitingInTheOutbox = (count: number) =>
  until(`${count} reads in the outbox`, gate.state, ({ outbox }) => outbox.reads === count);

describe('while the queue is away', () => {
  test('trucks wait on the disk of the bridge, and arrive when it is back', async () => {
    await trucksPass();
    await allStored();
    await gate.system.queues.stop();
    await trucksPass();
    await waitingInTheOutbox(TRUCKS_A_PHASE);
    expect(await gate.reads()).toHaveLength(TRUCKS_A_PHASE);
    await gate.system.queues.restart();
    await allStored();
  });

  test('the webhook tells the camera 503, for nothing is safe that the queue has not', async () => {
    await gate.system.queues.stop();
    gate.camera.setPush(`${gate.system.url}/api/gate/anpr-event/`);
    const { reports } = await gate.camera.drive(vehicles.next().value);
    expect(reports).toEqual([{ streams: 1, push: { status: 503 } }]);
    gate.camera.setPush(null);
    await gate.system.queues.restart();
    await allStored();
  });
});

describe('while the table is away', () => {
  test('the API says so as a problem, health too, and trucks arrive when it is back', async () => {
    await gate.system.table.stop();
    await trucksPass();
    for (const path of ['/api/gate/detections', '/api/health']) {
      const answer = await gate.get(path);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        503,
        'application/problem+json',
      ]);
      expect(await answer.json()).toMatchObject({ status: 503, code: 'internal', instance: path });
    }
    await until('the queue to have them all', gate.state, ({ outbox }) => outbox.reads === 0 && outbox.pictures === 0);
    await gate.system.table.restart();
    expect((await gate.get('/api/health')).status).toBe(200);
    await allStored();
  });
});

describe('when both were away, one after the other and together', () => {
  test('every truck is there once, newest first by the time it passed', async () => {
    await gate.system.queues.stop();
    await trucksPass();
    await gate.system.table.stop();
    await trucksPass();
    await waitingInTheOutbox(2 * TRUCKS_A_PHASE);
    await gate.system.queues.restart();
    await until('the queue to have them all', gate.state, ({ outbox }) => outbox.reads === 0);
    await trucksPass();
    await gate.system.table.restart();
    const reads = await allStored();
    expect(reads.map(whatWasTold)).toEqual(gate.camera.ledger.map(expectedRead).toReversed());
  });
});
