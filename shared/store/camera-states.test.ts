import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isoInstant } from '../support/clock.ts';
import { type CameraReport, type CameraStates, cameraStates, StreamStatusSchema } from './camera-states.ts';
import { camera, NOW } from './detection.fixture.ts';
import { openDynalite } from './embedded.fixture.ts';
import { cameraStateKey } from './keys.ts';

const gate = camera('gate');
const report: CameraReport = {
  reportedAt: isoInstant(NOW),
  stream: { status: 'connected', since: isoInstant(NOW), reason: null },
  reading: { status: 'quiet_suspicious', reason: 'no read for 47 min; at this hour a truck comes every 4 min' },
  lastHeartbeatAt: null,
  lastReadAt: null,
  readsToday: { day: '2026-11-22', count: 4 },
  clockOffsetMs: null,
  model: null,
  firmware: null,
  firmwareNote: null,
  outbox: { reads: 0, pictures: 0, dropped: 0, bad: 0 },
};

let embedded: Awaited<ReturnType<typeof openDynalite>>;
let states: CameraStates;
beforeAll(async () => {
  embedded = await openDynalite();
  states = cameraStates(embedded);
});
afterAll(() => embedded?.close());

test.each(StreamStatusSchema.options)('a camera that is %s is read as it was written', async (status) => {
  const written = { ...report, stream: { ...report.stream, status } };
  await states.write(gate, written);
  expect(await states.read(gate)).toEqual(written);
});

test('a row of a bridge that did not judge the lane yet is read, and says so', async () => {
  const { reading: _, ...old } = report;
  const Item = { ...old, ...cameraStateKey(gate) };
  await embedded.client.send(new PutCommand({ TableName: embedded.table, Item }));
  expect(await states.read(gate)).toEqual({
    ...old,
    reading: { status: 'unknown', reason: 'the bridge does not say' },
  });
});
