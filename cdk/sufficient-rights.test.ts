// What each role may do with the table is what its code asks, no less and no more: the code runs, its requests are noted.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recordBatch } from '../functions/recorder/record.ts';
import { measuredOffsets } from '../functions/webhook/measured-offsets.ts';
import { DetectionSchema } from '../shared/detection/detection.ts';
import { emptyRow } from '../shared/isapi/guard/row.ts';
import { emptyLensRow } from '../shared/isapi/lens/lens-row.ts';
import { cameraStates } from '../shared/store/camera-states.ts';
import { tableCompleteness } from '../shared/store/completeness.ts';
import { emptyAccount, tableHourAccounts } from '../shared/store/completeness-accounts.ts';
import { memoryReports } from '../shared/store/completeness-memory.ts';
import { storedReads } from '../shared/store/completeness-reads.ts';
import { aDetection, camera, NOW, standingClock } from '../shared/store/detection.fixture.ts';
import { detectionStore } from '../shared/store/detections.ts';
import { type EmbeddedTable, openDynalite } from '../shared/store/embedded.fixture.ts';
import { tableGuardLedger } from '../shared/store/guard-ledger.ts';
import { tableLensRows } from '../shared/store/lens-rows.ts';
import { tableMoveLog } from '../shared/store/moves.ts';
import { ticketSecret } from '../shared/store/ticket-secret.ts';
import { videoStates } from '../shared/store/video-states.ts';
import { isoInstant } from '../shared/support/clock.ts';
import { silentLog } from '../shared/support/log.ts';
import { type Asked, covers, noteAsked, statementsOf, tableRights } from './rights.fixture.ts';
import { type StackName, synthesised } from './synthesised.fixture.ts';

const gate = camera('gate');
const at = isoInstant(NOW);
const CLOCK = standingClock();

let embedded: EmbeddedTable;
let asked: Asked[];
beforeAll(async () => {
  embedded = await openDynalite();
  asked = noteAsked(embedded.client);
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(() => embedded?.close());

/** Refused: what the role would not let through. Unused: what it may, and nothing here asked for. */
function judged(stack: StackName, role: string) {
  const rights = tableRights(statementsOf(synthesised(), stack, role));
  // A request without one would be held to no partition.
  expect(asked.filter(({ partitions }) => partitions.length === 0)).toEqual([]);
  return {
    refused: asked.filter((request) => !rights.some((right) => covers(right, request))),
    unused: rights.filter((right) => !asked.some((request) => covers(right, request))),
  };
}

const storeOf = () => detectionStore({ ...embedded, clock: CLOCK, log: silentLog });

test('the recorder: live reads, repeats, late ones, and rows of the camera’s memory before and after them', async () => {
  const live = aDetection({ plate: 'ENOUGH1' });
  const history = { sources: ['history' as const], late: true };
  const soonAfter = isoInstant(NOW + 1_000);
  const remembered = aDetection({ plate: 'ENOUGH2', at: soonAfter, ...history });
  const late = aDetection({ plate: 'ENOUGH2', late: true });
  const again = aDetection({ plate: 'ENOUGH1', at: soonAfter, ...history });
  const reads = [live, live, remembered, late, again];
  for (const read of reads) {
    const Records = [messageOf(JSON.stringify(DetectionSchema.parse(read)))];
    const done = await recordBatch(
      { Records },
      { store: storeOf(), deadLetter: async () => {}, count: () => {}, log: silentLog },
    );
    expect(done.batchItemFailures).toEqual([]);
  }
  const unread = aDetection({ plate: null, late: true });
  await storeOf().record(unread);
  expect(judged('Ingest', 'Recorder')).toEqual({ refused: [], unused: [] });
});

test('the webhook: how far a camera’s clock is off', async () => {
  const clockOffsets = measuredOffsets({ states: cameraStates(embedded), clock: CLOCK, log: silentLog });
  await clockOffsets([gate]);
  expect(judged('Ingest', 'Webhook')).toEqual({ refused: [], unused: [] });
});

test('the api: every list, state, proof and key, the lens, and the guard', async () => {
  const store = storeOf();
  const page = { limit: 10, order: 'desc' as const };
  await store.check();
  await store.get(aDetection().id);
  await store.list({ ...page, cameras: [gate] });
  await store.list({ ...page, plate: aDetection().plate ?? undefined });
  await store.list({ ...page, prefix: 'ENO' });
  await cameraStates(embedded).read(gate);
  await videoStates(embedded).read(gate);
  const completeness = tableCompleteness({ ...embedded, clock: CLOCK });
  await completeness.memoryOf(gate);
  await completeness.compare(gate, at, isoInstant(NOW + 3_600_000));
  await guardAndLens();
  await ticketSecret(embedded)();
  expect(judged('Api', 'ApiFunction')).toEqual({ refused: [], unused: [] });
});

test('bridge and media process: states, guards, lenses, the proof of completeness, the tickets’ key', async () => {
  await cameraStates(embedded).write(gate, {
    reportedAt: at,
    stream: { status: 'connected', since: at, reason: null },
    reading: { status: 'reading', reason: null },
    ...{ lastHeartbeatAt: null, lastReadAt: null, readsToday: null, clockOffsetMs: null },
    ...{ model: null, firmware: null, firmwareNote: null, outbox: { reads: 0, pictures: 0, dropped: 0, bad: 0 } },
  });
  const viewers = { webrtc: 0, hls: 0, rtsp: 0 };
  const idle = { status: 'idle' as const, reason: null, codec: null, width: null, height: null, viewers };
  const stream = { ...idle, bytesReceived: 0, bytesSent: 0, stalls: 0 };
  const server = { status: 'running' as const, since: at, reason: null, version: null, restarts: 0 };
  await videoStates(embedded).write(gate, { reportedAt: at, server, streams: { main: stream, sub: stream } });
  await guardAndLens();
  const accounts = tableHourAccounts({ ...embedded, clock: CLOCK });
  await accounts.write(gate, (await accounts.read(gate, at)) ?? emptyAccount(at));
  await accounts.between(gate, at, isoInstant(NOW + 3_600_000));
  const memories = memoryReports(embedded);
  const report = { supported: true, sweptTo: at, rememberedFrom: at, lastRowAt: at, aheadMs: 0, gaps: [] };
  await memories.write(gate, { reportedAt: at, ...report });
  await memories.read(gate);
  const reads = storedReads({ ...embedded, clock: CLOCK });
  await reads.moments(gate, [{ from: at, to: isoInstant(NOW + 3_600_000) }]);
  await reads.fetch([aDetection().id]);
  await ticketSecret(embedded)();
  expect(judged('Bridge', 'Role')).toEqual({ refused: [], unused: [] });
});

/** Whoever moves a lens or logs in to a camera. */
async function guardAndLens(): Promise<void> {
  const ledger = tableGuardLedger(embedded);
  const guard = await ledger.read(gate);
  await ledger.write(gate, { ...(guard ?? emptyRow), version: (guard?.version ?? 0) + 1 }, guard?.version ?? 0);
  const lenses = tableLensRows(embedded);
  const lens = (await lenses.read(gate)) ?? emptyLensRow;
  await lenses.readAll([gate]);
  await lenses.write(gate, { ...lens, version: lens.version + 1 }, lens.version);
  const moves = tableMoveLog({ ...embedded, clock: CLOCK });
  const move = { id: '1', camera: gate, subject: 'operator', what: 'zoom_in' as const, at };
  await moves.keep({ ...move, outcome: 'under_way' });
  await moves.settle(move, { outcome: 'ended' });
  await moves.newest(gate);
}

function messageOf(body: string) {
  return {
    messageId: '1',
    receiptHandle: '',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
}
