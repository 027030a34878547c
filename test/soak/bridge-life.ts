// The bridge from its start to its death, in this process: the real parts, with everything they do to the world a step
// that may be their last.
import { mkdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { CameraState } from '../../bridge/alert-stream/camera-state.ts';
import { ClockOffset } from '../../bridge/alert-stream/clock-offset.ts';
import { FaultCount } from '../../bridge/alert-stream/fault-count.ts';
import { ALERT_STREAM_PATH, holdStream } from '../../bridge/alert-stream/hold-stream.ts';
import { PictureBudget } from '../../bridge/alert-stream/picture-budget.ts';
import { deliver } from '../../bridge/outbox/deliver.ts';
import { type Outbox, openOutbox } from '../../bridge/outbox/outbox.ts';
import { noticingReads } from '../../bridge/repair/noticing-reads.ts';
import { openRepair, type Repair } from '../../bridge/repair/repair.ts';
import type { Camera } from '../../shared/isapi/cameras.ts';
import type { Guard } from '../../shared/isapi/guard/guard.ts';
import type { GuardLedger } from '../../shared/isapi/guard/ledger.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { openCamera } from '../../shared/isapi/open-camera.ts';
import { takeOver } from '../../shared/isapi/tapped-socket.ts';
import { httpTransport, type Transport } from '../../shared/isapi/transport.ts';
import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import type { DetectionQueue } from '../../shared/queue/detection-queue.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { Busy } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { Random } from '../camera/random.ts';
import type { MemoryDisk } from './memory-disk.ts';
import { Mortal } from './mortal.ts';

const HEADERS_TIMEOUT_MS = 15_000;
const SWEEP_EVERY_MS = 180_000;
const OUTBOX_BYTES = 2 ** 31;
/** On the machine's own time, of which little passes here: a socket that is dead is found so by TCP. */
const DEAD_AFTER_MS = 600_000;

/** What outlives the bridge. */
export type Surroundings = {
  camera: Camera;
  disk: MemoryDisk;
  ledger: GuardLedger;
  queue: DetectionQueue;
  pictures: PictureStore;
  /** False while no name can be looked up. */
  hasDns: () => boolean;
  /** The VM's clock. */
  clock: Clock;
  log: Log;
  random: Random;
};

export type BridgeLife = {
  mortal: Mortal;
  state: CameraState;
  outbox: Outbox;
  repair: Repair;
  guard: Guard;
  /** Its sockets close; what it had under way is never heard of again. */
  die(): void;
};

/** Rejects, or never resolves, where it dies while it opens its outbox. `folder` is its own: only locks lie there. */
export async function startLife(world: Surroundings, folder: string, mortal = new Mortal()): Promise<BridgeLife> {
  const { clock, log, random } = world;
  mkdirSync(join(folder, 'outbox'), { recursive: true });
  const disk = world.disk.mountedAt(folder, mortal);
  const stop = new AbortController();
  const { signal } = stop;
  // Whatever kills it ends its sockets, as the kernel would.
  void mortal.died.then(() => stop.abort());
  const { id } = world.camera;
  const outbox = await openOutbox({
    folder: join(folder, 'outbox'),
    quotaBytes: OUTBOX_BYTES,
    onDamaged: () => repair.forgetKnown(),
    clock,
    log,
    disk,
  });
  const queue: DetectionQueue = { send: (reads) => mortal.step(() => world.queue.send(reads)) };
  const pictures: PictureStore = {
    put: (...picture) => mortal.step(() => world.pictures.put(...picture)),
    url: world.pictures.url,
  };
  void deliver({ outbox, pictures, queue, clock, log, random, signal });
  const { client, guard } = openCamera(world.camera, {
    ledger: {
      read: (camera) => mortal.step(() => world.ledger.read(camera)),
      write: (...change) => mortal.step(() => world.ledger.write(...change)),
    },
    transport: mortalTransport(mortal, signal, world.hasDns),
    readSecret: () => Promise.reject(new Error('could not read a secret: there is none')),
    labelPassword: async () => 'first',
    clock,
    log,
    holder: 'bridge',
  });
  const repair = openRepair({
    camera: id,
    timeZone: undefined,
    client,
    outbox,
    folder: join(folder, 'repair'),
    disk,
    everyMs: SWEEP_EVERY_MS,
    onSwept: () => {},
    onLiveRead: () => {},
    clock,
    log,
    signal,
  });
  const state = new CameraState(clock.now());
  void holdStream({
    camera: id,
    outbox: noticingReads(outbox, () => repair),
    state,
    clockOffset: new ClockOffset({ log, camera: id, onWall: repair.wallHeard }),
    faults: new FaultCount({ log, clock, camera: id }),
    timeZone: () => undefined,
    openStream: async (streamSignal) => {
      const request = { path: ALERT_STREAM_PATH, signal: streamSignal, headerTimeoutMs: HEADERS_TIMEOUT_MS };
      const response = await client.openStream(request);
      return { body: takeOver(response), contentType: response.headers['content-type'] ?? '' };
    },
    onConnected: (connected) => repair.connected(connected),
    budget: new PictureBudget(),
    pool: new BodyPool(),
    deadAfterMs: DEAD_AFTER_MS,
    clock,
    log,
    random,
    signal,
  });
  return { mortal, state, outbox, repair, guard, die: () => mortal.kill() };
}

/** A request counts as under way until its answer is whole; a stream's until it has begun. */
function mortalTransport(mortal: Mortal, life: AbortSignal, hasDns: () => boolean): Transport {
  const transport = httpTransport();
  return {
    open: (request) =>
      new Promise((resolve, reject) => {
        void mortal.step(async () => {
          try {
            if (!hasDns()) throw nameUnknown();
            // Whoever dies over an answer leaves no socket open.
            const signal = AbortSignal.any(request.signal ? [request.signal, life] : [life]);
            const response = await transport.open({ ...request, signal });
            const answered = isEndless(response) ? Promise.resolve() : closed(response);
            resolve(response);
            await answered;
          } catch (error) {
            reject(error);
          }
        });
      }),
  };
}

function nameUnknown(): Busy {
  const cause = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
  return new Busy('camera_unreachable', 'could not reach the camera: getaddrinfo EAI_AGAIN', { cause });
}

const isEndless = ({ headers }: IncomingMessage) => /^multipart\//.test(headers['content-type'] ?? '');
const closed = (response: IncomingMessage) => new Promise<void>((resolve) => response.once('close', () => resolve()));
