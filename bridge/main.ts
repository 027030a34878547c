import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { CameraId } from '../shared/detection/detection.ts';
import { BodyPool } from '../shared/isapi/multipart/body-pool.ts';
import { folderPictureStore } from '../shared/pictures/folder-picture-store.ts';
import type { PictureStore } from '../shared/pictures/picture-store.ts';
import { s3PictureStore } from '../shared/pictures/s3-picture-store.ts';
import { sqsDetectionQueue } from '../shared/queue/sqs-detection-queue.ts';
import { cameraStates } from '../shared/store/camera-states.ts';
import { tableHourAccounts } from '../shared/store/completeness-accounts.ts';
import { memoryReports } from '../shared/store/completeness-memory.ts';
import { storedReads } from '../shared/store/completeness-reads.ts';
import { tableClient } from '../shared/store/table-client.ts';
import { systemClock as clock } from '../shared/support/clock.ts';
import { reasonOf } from '../shared/support/errors.ts';
import { Secret } from '../shared/support/secret.ts';
import { pushSource } from '../shared/webhook/push-source.ts';
import { pushingCamera } from '../shared/webhook/pushing-camera.ts';
import { PictureBudget } from './alert-stream/picture-budget.ts';
import { type CameraRoad, openCameraRoad } from './camera-road.ts';
import { emitMetrics } from './camera-state/emit-metrics.ts';
import { reportStates } from './camera-state/report-states.ts';
import { openCompleteness } from './completeness/open-completeness.ts';
import { type BridgeConfig, readBridgeConfig } from './config.ts';
import { notifySystemd } from './host/notify-systemd.ts';
import { watchClock } from './host/watch-clock.ts';
import { markingAway } from './lens/mark-away.ts';
import { openLensWatch } from './lens/open-lens-watch.ts';
import { bridgeLog } from './log.ts';
import { openAccounts } from './open-accounts.ts';
import { deliver } from './outbox/deliver.ts';
import { openOutbox } from './outbox/outbox.ts';
import { noticingReads } from './repair/noticing-reads.ts';
import { openRepairs } from './repair/open-repairs.ts';
import { serveState } from './state.ts';
import { makeStateFolder } from './state-folder.ts';
import { stopSignal } from './stop-signal.ts';
import { listenForPushes } from './webhook/listener.ts';

/** What leases of the camera account call this process. */
const HOLDER = 'bridge';

const log = bridgeLog();

async function run(): Promise<void> {
  const config = readBridgeConfig(process.env, (path) => readFileSync(path, 'utf8'));
  await makeStateFolder(config.stateFolder);
  const systemd = notifySystemd({ env: process.env, log });
  const signal = stopSignal(systemd);
  void watchClock({ clock, log, signal });

  const outbox = await openOutbox({
    folder: join(config.stateFolder, 'outbox'),
    quotaBytes: config.outboxBytes,
    onDamaged: () => repairs.forgetKnown(),
    clock,
    log,
  });
  const pictures = picturesIn(config.pictures);
  const queue = sqsDetectionQueue({ client: new SQSClient({}), queueUrl: config.queueUrl });
  const delivered = deliver({ outbox, pictures, queue, clock, log, signal });

  const table = { client: tableClient(), table: config.table };
  const { cameras, merged } = openAccounts({ ...config, table, holder: HOLDER, clock, log, signal });
  const roads: CameraRoad[] = [];
  const clockOffsetOf = (camera: CameraId) => roads.find((each) => each.camera.id === camera)?.clockOffset.ms ?? null;
  const source = pushSource(config.cameras.map(pushingCamera));
  const lenses = openLensWatch({ ...table, cameras, clock, log, signal });
  const repairs = openRepairs({
    cameras,
    outbox: markingAway(outbox, lenses.lensIsAway),
    folder: join(config.stateFolder, 'repair'),
    everyMs: config.repairEveryMs,
    onLiveRead: (read) => roads.find(({ camera }) => camera.id === read.camera)?.countLive(read),
    onSwept: (camera, rows, isWhole) => completeness.swept(camera, rows, isWhole),
    clock,
    log,
    signal,
  });
  const completeness = openCompleteness({
    cameras: [...cameras.keys()],
    repairOf: repairs.of,
    accounts: tableHourAccounts({ ...table, clock }),
    memories: memoryReports(table),
    reads: storedReads({ ...table, clock }),
    aheadMsOf: clockOffsetOf,
    waitingReads: () => outbox.depth().reads,
    everyMs: config.repairEveryMs,
    print: (line) => void process.stdout.write(`${line}\n`),
    clock,
    log,
    signal,
  });
  const state = await serveState(config.statePort, { roads: () => roads, repairOf: repairs.of, outbox, clock });
  const noticed = noticingReads(outbox, repairs.of);
  const pushed = { source, outbox: noticed, clockOffsetOf, clock, log };
  const webhook = config.webhook && (await listenForPushes(config.webhook, pushed));
  const road = {
    outbox: markingAway(noticed, lenses.lensIsAway),
    repairOf: repairs.of,
    budget: new PictureBudget(),
    pool: new BodyPool(),
    deadAfterMs: config.deadAfterMs,
    quietFolder: join(config.stateFolder, 'quiet'),
    clock,
    log,
    signal,
  };
  const read = [...cameras.values()].filter(({ camera }) => config.holdsStreams && camera.stream === 'on');
  roads.push(...read.map((camera) => openCameraRoad(camera, road)));
  const reported = reportStates({
    cameras: [...cameras.keys()],
    roads,
    states: cameraStates(table),
    outbox,
    clock,
    log,
    signal,
  });
  const listened = roads.map(({ quiet }) => quiet.listenUntil(signal));
  const emitted = emitMetrics({
    cameras: [...cameras.keys()],
    roads,
    outbox,
    isShut: async (camera) => (await cameras.get(camera)?.guard.state())?.shut != null,
    print: (line) => void process.stdout.write(`${line}\n`),
    clock,
    signal,
  });
  systemd.ready();
  log.info('bridge.started', {
    cameras: config.cameras.length,
    statePort: state.port,
    webhookPort: webhook?.port ?? null,
  });

  await Promise.all(roads.map(({ done }) => done));
  await repairs.done;
  await completeness.done;
  await delivered;
  await reported;
  await emitted;
  await Promise.all(listened);
  await merged;
  await lenses.done;
  await webhook?.close();
  await outbox.close();
  state.close();
  systemd.close();
  log.info('bridge.stopped');
}

function picturesIn(place: BridgeConfig['pictures']): PictureStore {
  if ('bucket' in place) return s3PictureStore({ client: new S3Client({}), bucket: place.bucket });
  // On one machine the api signs the links; the bridge only puts, so its own key opens nothing.
  const signingKey = new Secret(randomUUID());
  return folderPictureStore({ folder: place.folder, baseUrl: 'http://localhost', signingKey, clock });
}

run().catch((error: unknown) => {
  log.error('bridge.failed', { reason: reasonOf(error) });
  process.exitCode = 1;
  process.exit();
});
