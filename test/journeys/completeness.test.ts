// The proof that nothing is missed, from the camera's memory over the real bridge to what the operator and the alarm see.
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type * as z from 'zod';
import { CompletenessAnswer, type HourAnswer } from '../../functions/api/routes/completeness-answer.ts';
import { DetectionIdSchema } from '../../shared/detection/detection.ts';
import { HOUR_MS, hourOf } from '../../shared/store/completeness-accounts.ts';
import { detectionKey } from '../../shared/store/keys.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { TABLE_NAME } from '../local/embedded-table.ts';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const MINUTE_MS = 60_000;
const TRUCKS = 5;
/** The camera's clock against ours: trucks pass in hours that are over. */
const camera = { behindMs: 0, now: () => Date.now() - camera.behindMs };
/** The hours of this run, also where another one begins within it. */
const BEGAN = Date.now();
const hoursAgo = (hours: number) => hourOf(isoInstant(BEGAN - hours * HOUR_MS));

type Hour = z.infer<typeof HourAnswer>;

let gate: Gate;
beforeAll(async () => {
  gate = await openGate({
    camera: {
      clock: camera,
      cameraClock: { dateTime: 'milliseconds' },
      pictures: { drawn: 'none' },
      heartbeatMs: false,
    },
    environment: { GATE_REPAIR_EVERY_SECONDS: '1' },
    visibilitySeconds: 1,
  });
  await gate.connected();
});
afterAll(() => gate.close());

/** Trucks of that hour, a minute apart. */
async function trucksOf(hour: string, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    camera.behindMs = Date.now() - (Date.parse(hour) + (20 + n) * MINUTE_MS);
    await gate.camera.drive({ plate: `01K${100 + n}MP`, lane: '1' });
  }
  camera.behindMs = 0;
}

async function answer(query = ''): Promise<z.infer<typeof CompletenessAnswer>> {
  return CompletenessAnswer.parse(await (await gate.get(`/api/gate/cameras/gate/completeness${query}`)).json());
}

const told = (hour: string, what: string, fits: (item: Hour) => boolean) =>
  until(
    `an hour that ${what}`,
    async () => (await answer(`?from=${hour}&to=${isoInstant(Date.parse(hour) + HOUR_MS)}`)).items[0],
    (item) => item !== undefined && fits(item),
  );

/** The last word of the metric that has an alarm. */
function alarmed(): unknown {
  return gate.logged('metrics.emitted').findLast(({ ReadsMissing }) => ReadsMissing !== undefined)?.ReadsMissing;
}
const alarm = (reads: number) => until(`the metric to say ${reads}`, alarmed, (value) => value === reads);

test('trucks that passed while the stream was cut are missing, then recovered, and then the hour is complete', async () => {
  // The account begins with the oldest row that the memory held at the first look.
  await trucksOf(hoursAgo(5), 1);
  await until('the first truck', gate.reads, ({ length }) => length === 1);
  gate.camera.setFaults({ connect: { name: 'full-house' } });
  gate.camera.cutStreams();
  await gate.system.queues.stop();
  const hour = hoursAgo(2);
  await trucksOf(hour, TRUCKS);

  const missing = await told(hour, 'lacks all trucks', (item) => item.missing === TRUCKS);
  expect(missing).toMatchObject({ hour, lane: '1', camera: TRUCKS, stored: 0, recovered: 0, state: 'missing' });
  expect(missing?.onlyInCamera.map(({ capturedAt, plate }) => [capturedAt, plate])).toEqual(
    gate.camera.ledger.slice(1).map(({ capturedAt, passage }) => [new Date(capturedAt).toISOString(), passage.plate]),
  );
  // They wait on the bridge's own disk: nothing is lost, and nobody is called.
  expect(alarmed()).not.toBe(TRUCKS);

  await gate.system.queues.restart();
  expect(await told(hour, 'is complete', ({ state }) => state === 'complete')).toMatchObject({
    camera: TRUCKS,
    stored: TRUCKS,
    missing: 0,
    recovered: TRUCKS,
    notInCamera: 0,
    reason: null,
    onlyInCamera: [],
  });
  await alarm(0);
  gate.camera.setFaults({});
});

test('a row that somebody deletes is shown as missing and fires the metric, until it is back', async () => {
  const hour = hoursAgo(2);
  const [lost] = await gate.reads();
  const Key = detectionKey(DetectionIdSchema.parse(lost?.id));
  const { client } = gate.system.table;
  const { Item } = await client.send(new GetCommand({ TableName: TABLE_NAME, Key }));
  await client.send(new DeleteCommand({ TableName: TABLE_NAME, Key }));

  expect(await told(hour, 'lacks one', ({ state }) => state === 'missing')).toMatchObject({
    camera: TRUCKS,
    stored: TRUCKS - 1,
    missing: 1,
    onlyInCamera: [{ id: lost?.id, capturedAt: lost?.capturedAt, plate: lost?.plate }],
  });
  await alarm(1);
  const [line] = gate.logged('completeness.missing');
  expect(line).toMatchObject({ level: 'error', camera: 'gate', reads: 1, hours: hour });

  await client.send(new PutCommand({ TableName: TABLE_NAME, Item }));
  await told(hour, 'is complete again', ({ state }) => state === 'complete');
  await alarm(0);
});

test('the day before is on one page: hours without trucks are complete, those before the account unknown, this one open', async () => {
  await gate.connected();
  const { capturedAt } = await gate.camera.drive({ plate: '01L555ND', lane: '1' });
  const now = hourOf(isoInstant(capturedAt));
  expect(await told(now, 'has its live truck', ({ camera: seen, stored }) => seen > 0 && stored > 0)).toMatchObject({
    state: 'open',
    recovered: 0,
    missing: 0,
  });
  const { items, memory } = await answer();
  const states = Object.fromEntries(items.map((item) => [item.hour, item.state]));
  expect(items).toHaveLength(24);
  expect([states[hoursAgo(3)], states[hoursAgo(2)], states[hoursAgo(9)]]).toEqual(['complete', 'complete', 'unknown']);
  expect(memory).toMatchObject({ supported: true, gaps: [] });
  // Neither metrics nor words of the log tell a plate.
  const words = JSON.stringify(gate.system.bridge().lines);
  for (const { passage } of gate.camera.ledger) expect(words).not.toContain(passage.plate);
});
