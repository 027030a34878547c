// A gate in one process, with clocks that the test moves: the simulated camera, the bridge's stream, outbox and delivery,
// the recorder and the table.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CameraState } from '../../bridge/alert-stream/camera-state.ts';
import { ClockOffset } from '../../bridge/alert-stream/clock-offset.ts';
import { FaultCount } from '../../bridge/alert-stream/fault-count.ts';
import { ALERT_STREAM_PATH, holdStream } from '../../bridge/alert-stream/hold-stream.ts';
import { PictureBudget } from '../../bridge/alert-stream/picture-budget.ts';
import { deliver } from '../../bridge/outbox/deliver.ts';
import { type Disk, systemDisk } from '../../bridge/outbox/disk.ts';
import { fakePictures, PLENTY_BYTES } from '../../bridge/outbox/outbox.fixture.ts';
import { type Outbox, openOutbox } from '../../bridge/outbox/outbox.ts';
import { recordBatch } from '../../functions/recorder/record.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { takeOver } from '../../shared/isapi/tapped-socket.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { type DetectionQueue, MAX_BATCH_MESSAGES } from '../../shared/queue/detection-queue.ts';
import { type DetectionStore, detectionStore } from '../../shared/store/detections.ts';
import { openDynaliteAside } from '../../shared/store/embedded.fixture.ts';
import { Broken } from '../../shared/support/errors.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../camera/camera.ts';
import { answerTo, ask } from '../camera/camera-client.ts';
import type { Random } from '../camera/random.ts';
import { eventOf } from '../local/lambda-poller.ts';
import { type SimulatedClock, simulatedClock } from './simulated-clock.ts';

export const CAMERA = CameraIdSchema.parse('gate');
const HEADERS_TIMEOUT_MS = 5_000;
const DEAD_AFTER_MS = 30_000;
const PICTURES = { drawn: 'once', bytes: { plate: 1_500, scene: 3_000 } } as const;

/** Real files; only nobody waits for the device, which is what most of a day in seconds would be. */
const hastyDisk: Disk = {
  ...systemDisk,
  write: (path, bytes) => writeFile(path, bytes, { flag: 'wx' }),
  syncFolder: async () => {},
};

export type CompressedGate = {
  camera: SimulatedCamera;
  state: CameraState;
  clockOffset: ClockOffset;
  outbox: Outbox;
  store: DetectionStore;
  queue: WaitingQueue;
  /** Of the stream alone: it sleeps only between two attempts to connect. */
  streamClock: SimulatedClock;
  picturesStored: () => number;
  /** Time passes for every part. */
  pass(ms: number): void;
  close(): Promise<void>;
};

export type CompressedGateOptions = {
  /** When the day begins. */
  start: number;
  /** How far the camera's clock is ahead of ours. */
  cameraAheadMs: number;
  random: Random;
};

export async function openCompressedGate(options: CompressedGateOptions): Promise<CompressedGate> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-day-'));
  const clocks = { camera: simulatedClock(options.start), stream: simulatedClock(options.start) };
  const clock = simulatedClock(options.start);
  const pass = (ms: number) => {
    for (const each of [clocks.camera, clocks.stream, clock]) each.pass(ms);
  };
  const camera = await startCamera({
    clock: clocks.camera,
    cameraClock: { offsetMs: options.cameraAheadMs, dateTime: 'milliseconds' },
    heartbeatMs: false,
    pictures: PICTURES,
  });
  const stop = new AbortController();
  const { signal } = stop;
  const outbox = await openOutbox({
    folder: join(folder, 'outbox'),
    quotaBytes: PLENTY_BYTES,
    clock,
    log,
    disk: hastyDisk,
  });
  const table = await openDynaliteAside();
  const store = detectionStore({ client: table.client, table: table.table, clock, log });
  const queue = waitingQueue(store);
  const pictures = fakePictures();
  const delivered = deliver({ outbox, pictures, queue, clock, log, signal, random: options.random });
  const state = new CameraState(clock.now());
  const clockOffset = new ClockOffset({ log, camera: CAMERA });
  const held = holdStream({
    camera: CAMERA,
    outbox,
    state,
    clockOffset,
    faults: new FaultCount({ log, clock, camera: CAMERA }),
    timeZone: () => undefined,
    clock: clocks.stream,
    log,
    openStream: (streamSignal) => openStream(camera, streamSignal),
    onConnected: () => {},
    budget: new PictureBudget(),
    pool: new BodyPool(),
    deadAfterMs: DEAD_AFTER_MS,
    random: options.random,
    signal,
  });
  return {
    camera,
    state,
    clockOffset,
    outbox,
    store,
    queue,
    streamClock: clocks.stream,
    picturesStored: () => pictures.objects.size,
    pass,
    close: async () => {
      stop.abort();
      await Promise.all([held, delivered, queue.idle()]);
      await outbox.close();
      await table.close();
      await camera.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openStream(camera: SimulatedCamera, signal: AbortSignal) {
  const { challenges } = await ask(camera, ALERT_STREAM_PATH);
  const response = await httpTransport().open({
    address: { host: camera.host, httpPort: camera.port },
    method: 'GET',
    path: ALERT_STREAM_PATH,
    headers: { Authorization: answerTo(challenges[0] ?? '', camera, ALERT_STREAM_PATH) },
    headerTimeoutMs: HEADERS_TIMEOUT_MS,
    signal,
  });
  return { body: takeOver(response), contentType: response.headers['content-type'] ?? '' };
}

type WaitingQueue = DetectionQueue & {
  away: boolean;
  /** Resolves when the recorder has stored all that was sent. */
  idle(): Promise<void>;
};

/** A queue in memory whose messages the recorder takes as Lambda would, one batch at a time. */
function waitingQueue(store: DetectionStore): WaitingQueue {
  const waiting: string[] = [];
  const deadLetter = async (_body: string, reason: string) => {
    throw new Error(`the recorder refused a message of the bridge: ${reason}`);
  };
  let recording: Promise<void> | null = null;

  async function recordAll(): Promise<void> {
    for (let bodies = waiting.splice(0, MAX_BATCH_MESSAGES); bodies.length > 0; ) {
      const event = eventOf(bodies.map((Body, n) => ({ MessageId: String(n), Body })));
      const { batchItemFailures } = await recordBatch(event, { store, deadLetter, count: () => {}, log });
      waiting.push(...batchItemFailures.map(({ itemIdentifier }) => bodies[Number(itemIdentifier)] ?? ''));
      bodies = waiting.splice(0, MAX_BATCH_MESSAGES);
    }
    recording = null;
  }

  return {
    away: false,
    async send(detections) {
      if (this.away) throw new Broken('internal', 'could not send to the queue: it is away');
      waiting.push(...detections.map((detection) => JSON.stringify(detection)));
      recording ??= recordAll();
      return { refused: [] };
    },
    async idle() {
      await recording;
    },
  };
}
