import { afterAll, beforeAll, expect, test } from 'vitest';
import { traffic } from '../camera/traffic.ts';
import { expectedRead, haveTwoPictures, whatWasTold } from './expected-read.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const TRUCKS = 20;
const SEED = 22;

let gate: Gate;
beforeAll(async () => {
  gate = await openGate({ environment: { GATE_WEBHOOK_HOST: '127.0.0.1', GATE_WEBHOOK_PORT: '0' } });
  await gate.connected();
});
afterAll(() => gate.close());

const fromBothRoads = (count: number) =>
  until(
    `${count} reads from both roads`,
    gate.reads,
    (reads) => reads.length === count && reads.every(({ sources }) => sources.length === 2) && haveTwoPictures(reads),
  );

test('trucks told of by the stream and by a push at once are one row each, with every picture once', async () => {
  gate.camera.setPush(`${gate.system.url}/api/gate/anpr-event/`);
  const vehicles = traffic(SEED);
  await Promise.all(Array.from({ length: TRUCKS }, () => gate.camera.drive(vehicles.next().value)));
  const reads = await fromBothRoads(TRUCKS);
  const reports = gate.camera.ledger.flatMap((entry) => entry.reports);
  expect(reports).toEqual(Array(TRUCKS).fill({ streams: 1, push: { status: 200 } }));
  expect(reads.map(whatWasTold)).toEqual(expect.arrayContaining(gate.camera.ledger.map(expectedRead)));
  expect(reads.map(({ sources }) => sources.toSorted())).toEqual(Array(TRUCKS).fill(['stream', 'webhook']));
});

test('a push to the bridge itself joins the same row', async () => {
  gate.camera.setPush(`http://127.0.0.1:${gate.system.bridge().webhookPort}/api/gate/anpr-event`);
  const entry = await gate.camera.drive(traffic(SEED + 1).next().value);
  const reads = await fromBothRoads(TRUCKS + 1);
  const mine = reads.filter(({ uuid }) => uuid === entry.uuid);
  expect(mine.map(whatWasTold)).toEqual([expectedRead(entry)]);
});

test('a truck that the camera reports again as a replay stays one row, and stays no late one', async () => {
  gate.camera.setPush(null);
  const [first] = gate.camera.ledger;
  if (!first) throw new Error('no truck has passed');
  const before = (await gate.state()).camera.reads;
  await gate.camera.report(first, 'alarmDataType');
  await until('the replay', gate.state, ({ camera, outbox }) => camera.reads === before + 1 && outbox.reads === 0);
  await gate.camera.drive({ plate: '01LAST01' });
  const reads = await until('the truck behind it', gate.reads, (all) => all.some(({ plate }) => plate === '01LAST01'));
  expect(reads).toHaveLength(gate.camera.ledger.length);
  expect(reads.find(({ uuid }) => uuid === first.uuid)).toMatchObject({ late: false });
});
