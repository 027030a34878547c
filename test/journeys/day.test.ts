// A day at the gate in one run: the clocks of camera and bridge stand still between events and jump from one to the next.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CameraState } from '../../bridge/alert-stream/camera-state.ts';
import { ClockOffset } from '../../bridge/alert-stream/clock-offset.ts';
import { FaultCount } from '../../bridge/alert-stream/fault-count.ts';
import { ALERT_STREAM_PATH, holdStream } from '../../bridge/alert-stream/hold-stream.ts';
import { PictureBudget } from '../../bridge/alert-stream/picture-budget.ts';
import { deliver } from '../../bridge/outbox/deliver.ts';
import { openOutbox } from '../../bridge/outbox/outbox.ts';
import { recordBatch } from '../../functions/recorder/record.ts';
import { CameraIdSchema, type Detection } from '../../shared/detection/detection.ts';
import { readCameras } from '../../shared/isapi/cameras.ts';
import { memoryLedger } from '../../shared/isapi/guard/ledger.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { openCamera } from '../../shared/isapi/open-camera.ts';
import { takeOver } from '../../shared/isapi/tapped-socket.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import type { DetectionQueue } from '../../shared/queue/detection-queue.ts';
import { detectionStore } from '../../shared/store/detections.ts';
import { type Clock, systemClock } from '../../shared/support/clock.ts';
import { silentLog } from '../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../camera/camera.ts';
import { randomFrom } from '../camera/random.ts';
import { traffic } from '../camera/traffic.ts';
import { type EmbeddedTable, openTable, TABLE_NAME } from '../local/embedded-table.ts';
import { until } from './until.ts';

const SEED = 20261122;
const HOURS = 24;
const BEAT_SECONDS = 10;
const VEHICLE_EVERY_BEATS = 6;
const CUTS_AN_HOUR = 3;
/** The camera's clock is so far ahead all day; measured, and below what would be corrected. */
const CAMERA_AHEAD_MS = 90_000;
/** Passages under way at once; more minutes of lag than this and the jumping clock would look like a camera's wrong one. */
const MAX_UNDER_WAY = 2;
/** What the test itself remembers of a passage: the camera's ledger, the names of its pictures. */
const LEDGER_BYTES_A_PASSAGE = 4_000;
/** Beside that, what two thirds of a day may add to the heap. */
const MAX_HEAP_GROWTH_BYTES = 4 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

let folder: string;
let camera: SimulatedCamera;
let table: EmbeddedTable;
let now = Date.UTC(2026, 10, 22);
const clock: Clock = { now: () => now, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) };
const stop = new AbortController();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-day-'));
  camera = await startCamera({
    clock,
    heartbeatMs: false,
    cameraClock: { offsetMs: CAMERA_AHEAD_MS },
    pictures: { drawn: 'once', bytes: { plate: 4_000, scene: 12_000 } },
  });
  table = await openTable(join(folder, 'table'));
});
afterAll(async () => {
  stop.abort();
  await camera.close();
  await table.close();
  await rm(folder, { recursive: true, force: true });
});

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** What every message of the queue goes through, in this process; each is delivered twice now and then, as SQS may. */
function queueInto(record: (detections: readonly Detection[]) => Promise<void>, random: () => number): DetectionQueue {
  return {
    send: async (detections) => {
      await record(detections);
      if (random() < 0.05) await record(detections.toReversed());
      return { refused: [] };
    },
  };
}

test(`${HOURS} simulated hours: every truck that passed while the stream was up is one row, none twice, and memory is flat`, {
  timeout: 120_000,
}, async () => {
  const random = randomFrom(SEED);
  const store = detectionStore({ client: table.client, table: TABLE_NAME, clock, log: silentLog });
  const recorder = { store, deadLetter: async () => {}, count: () => {}, log: silentLog };
  let failed = 0;
  const record = async (detections: readonly Detection[]) => {
    const attributes = {
      ApproximateReceiveCount: '1',
      SentTimestamp: '',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '',
    };
    const Records = detections.map((detection, i) => ({
      messageId: `${i}`,
      body: JSON.stringify(detection),
      attributes,
      receiptHandle: '',
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: '',
      awsRegion: '',
    }));
    failed += (await recordBatch({ Records }, recorder)).batchItemFailures.length;
  };
  const outbox = await openOutbox({ folder: join(folder, 'outbox'), quotaBytes: 2 ** 30, clock, log: silentLog });
  const pictures = new Map<string, number>();
  const pictureStore = {
    put: async (key: string, bytes: Uint8Array) => void pictures.set(key, bytes.length),
    url: async () => '',
  };
  const delivered = deliver({
    outbox,
    pictures: pictureStore,
    queue: queueInto(record, random),
    clock,
    log: silentLog,
    signal: stop.signal,
  });

  const [settings] = readCameras(
    {
      GATE_CAMERA_IP: camera.host,
      GATE_CAMERA_PORT: `${camera.port}`,
      GATE_CAMERA_USER: camera.user,
      GATE_CAMERA_PASS: camera.password,
    },
    () => '',
  );
  if (!settings) throw new Error('no camera configured');
  const { client } = openCamera(settings, {
    ledger: memoryLedger(),
    transport: httpTransport(),
    readSecret: () => Promise.reject(new Error('no secret store here')),
    labelPassword: async () => 'day',
    clock,
    log: silentLog,
    holder: 'day',
  });
  const state = new CameraState(now);
  const clockOffset = new ClockOffset({ log: silentLog, camera: 'gate' });
  const held = holdStream({
    camera: CameraIdSchema.parse('gate'),
    openStream: async (signal) => {
      const response = await client.openStream({ path: ALERT_STREAM_PATH, signal, headerTimeoutMs: 10_000 });
      return { body: takeOver(response), contentType: response.headers['content-type'] ?? '' };
    },
    onConnected: () => {},
    outbox,
    state,
    clockOffset,
    faults: new FaultCount({ log: silentLog, clock, camera: 'gate' }),
    timeZone: () => undefined,
    budget: new PictureBudget(),
    pool: new BodyPool(),
    deadAfterMs: 30_000,
    random,
    clock,
    log: silentLog,
    signal: stop.signal,
  });

  const vehicles = traffic(SEED);
  const heaps: number[] = [];
  let cuts = 0;
  // What passes while the stream is cut is only in the camera's memory, which this version does not ask yet.
  const connected = () => until('the stream to be up', () => camera.streams === 1 && state.status === 'connected');
  await connected();
  for (let hour = 0; hour < HOURS; hour += 1) {
    if (hour % (HOURS / 3) === 0) heaps.push(heapBytes());
    for (let beat = 0; beat < 3_600 / BEAT_SECONDS; beat += 1) {
      now += BEAT_SECONDS * 1_000;
      camera.beat();
      if (beat % VEHICLE_EVERY_BEATS === 0) await camera.drive(vehicles.next().value);
      if (camera.ledger.length - state.reads > MAX_UNDER_WAY) {
        await until('the bridge to keep up', () => camera.ledger.length - state.reads <= MAX_UNDER_WAY);
      }
      if (random() < (CUTS_AN_HOUR * BEAT_SECONDS) / 3_600) {
        await until(
          'what passed to be read',
          () => state.reads === camera.ledger.length && state.pictures === 2 * state.reads,
        );
        camera.cutStreams();
        cuts += 1;
        const connects = state.connects;
        await until('the stream to come back', () => state.connects > connects);
        await connected();
      }
    }
  }
  await until(
    'the outbox to be empty',
    () => state.pictures === 2 * camera.ledger.length && outbox.depth().bytes === 0,
  );
  heaps.push(heapBytes());
  for (let beat = 1; beat <= 5; beat += 1) {
    const heard = state.heartbeats;
    camera.beat();
    await until('a heartbeat to be heard', () => state.heartbeats > heard);
  }

  const rows: Detection[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await store.list({ cameras: [settings.id], limit: 100, order: 'asc', ...(cursor && { cursor }) });
    rows.push(...page.items);
    if (page.cursor === null) break;
    cursor = page.cursor;
  }
  const { ledger } = camera;
  expect(ledger).toHaveLength((HOURS * 3_600) / BEAT_SECONDS / VEHICLE_EVERY_BEATS);
  expect(rows.map(({ uuid, cameraTime }) => [uuid, cameraTime])).toEqual(
    ledger.map(({ uuid, dateTime }) => [uuid, dateTime]),
  );
  expect(rows.filter(({ pictures: two }) => two.length !== 2)).toEqual([]);
  expect(pictures.size).toBe(2 * ledger.length);
  expect(failed).toBe(0);
  expect(cuts).toBeGreaterThan(HOURS);
  expect(state.heartbeats).toBeGreaterThan((HOURS * 3_600) / BEAT_SECONDS - 2 * cuts);
  expect(Math.abs((clockOffset.ms ?? 0) - CAMERA_AHEAD_MS)).toBeLessThanOrEqual(1_000);
  const [, afterThird = 0, , atEnd = 0] = heaps;
  console.log(
    `a day of seed ${SEED}: ${ledger.length} passages, ${cuts} cuts, heap ${heaps.map((b) => `${Math.round(b / 2 ** 20)} MB`).join(', ')}`,
  );
  const remembered = (2 / 3) * ledger.length * LEDGER_BYTES_A_PASSAGE;
  expect(atEnd - afterThird).toBeLessThan(remembered + MAX_HEAP_GROWTH_BYTES);

  stop.abort();
  await Promise.all([held, delivered]);
  await outbox.close();
});
