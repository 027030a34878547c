// A gate in one process and on one clock: the simulated camera, bridges that come and go on one disk, and AWS. After every
// step of time it comes to rest, so that the same seed brings the same run.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type Camera, readCameras } from '../../shared/isapi/cameras.ts';
import { memoryLedger } from '../../shared/isapi/guard/ledger.ts';
import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import { type DetectionStore, detectionStore } from '../../shared/store/detections.ts';
import { Broken } from '../../shared/support/errors.ts';
import { type LogFields, silentLog } from '../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../camera/camera.ts';
import type { LedgerEntry, Passage } from '../camera/passage.ts';
import type { Random } from '../camera/random.ts';
import { openTable, TABLE_NAME } from '../local/embedded-table.ts';
import { type BridgeLife, startLife } from './bridge-life.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { type MemoryDisk, memoryDisk } from './memory-disk.ts';
import { type MemoryQueue, memoryQueue } from './memory-queue.ts';
import { Mortal } from './mortal.ts';
import { type WorldClock, worldClock } from './world-clock.ts';

/** Turns of the event loop without anything under way, after which nothing will come. */
const REST_TURNS = 4;
const STUCK_AFTER_MS = 30_000;
const PICTURES = { drawn: 'once', bytes: { plate: 1_500, scene: 3_000 } } as const;
/** Plates, the newest; some hours of this lane. */
export const REMEMBERED_BY_CAMERA = 1_000;

/** `truth`: when it passed, whatever the clocks showed. */
export type Passed = { entry: LedgerEntry; truth: number };
export type Told = { event: string; fields: LogFields };

export type World = {
  clock: WorldClock;
  camera: SimulatedCamera;
  /** What the camera's clock is told to show, beside the truth. */
  cameraClock: { offsetMs: number; zoneMinutes: number };
  /** The VM's clock, ahead of the truth by so much. */
  ourErrorMs: number;
  disk: MemoryDisk;
  queue: MemoryQueue;
  pictures: { isAway: boolean };
  table: { isAway: boolean };
  cloud: Cloud;
  store: DetectionStore;
  hasDns: boolean;
  /** Null while the VM is off. */
  life: BridgeLife | null;
  lives: number;
  /** Bridges that were killed, at a step of theirs or with their VM. */
  killed: number;
  /** What bridges logged as warnings and errors that tell of a loss. */
  gaps: Told[];
  logged: Map<string, number>;
  start(mortal?: Mortal): Promise<void>;
  /** Nothing is under way any more, and nothing happens until time passes. */
  rest(): Promise<void>;
  pass(ms: number): Promise<void>;
  drive(passage: Partial<Passage>): Promise<Passed>;
  /** The camera's heart beats, and all that it sent before is with the bridge. */
  beat(): Promise<void>;
  /** How the stream ends: `frozen` tells nobody. */
  endStreams(how: 'fin' | 'rst' | 'frozen'): Promise<void>;
  close(): Promise<void>;
};

export type WorldOptions = {
  start: number;
  random: Random;
  /**
   * Of the camera's memory. Where a clock set back has more rows of the hour before than one answer holds, no question
   * finds those after them: they bear lower names and stand behind (bridge/repair/page-walk.ts).
   */
  rowsPerAnswer: number;
};

export async function openWorld({ start, random, rowsPerAnswer }: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-soak-'));
  const clock = worldClock(start);
  const table = await openTable(join(folder, 'table'));
  const queue = memoryQueue(clock, random);
  const stored = { isAway: false };
  const pictures: PictureStore = {
    put: async () => {
      if (stored.isAway) throw new Broken('internal', 'could not put a picture: away');
    },
    url: async (key) => key,
  };
  const rows = { name: TABLE_NAME, isAway: false };
  const cloud = await openCloud({ queue, pictures, client: table.client, table: rows, clock });
  const camera = await startCamera({
    clock,
    cameraClock: { dateTime: 'milliseconds' },
    heartbeatMs: false,
    pictures: PICTURES,
    plates: { memory: REMEMBERED_BY_CAMERA, rowsPerAnswer, picture: 'missing' },
  });
  const configured = configuredAs(camera);
  cloud.know(configured);
  const ledger = memoryLedger();
  const disk = memoryDisk();
  let isFrozen = false;

  function note(event: string, fields: LogFields = {}): void {
    world.logged.set(event, (world.logged.get(event) ?? 0) + 1);
    if (event === 'repair.gap') world.gaps.push({ event, fields });
  }

  /** Waits, on the machine's own time, for what is certain to come. */
  async function until(what: string, isDone: () => boolean): Promise<void> {
    const deadline = performance.now() + STUCK_AFTER_MS;
    while (!isDone()) {
      if (performance.now() > deadline) throw new Error(`waited ${STUCK_AFTER_MS / 1000} s in vain for ${what}`);
      await turn();
    }
  }

  const underWay = () => (world.life?.mortal.underWay ?? 0) + cloud.underWay;

  const world: World = {
    clock,
    camera,
    cameraClock: { offsetMs: 0, zoneMinutes: 300 },
    ourErrorMs: 0,
    disk,
    queue,
    pictures: stored,
    table: rows,
    cloud,
    store: detectionStore({ client: table.client, table: TABLE_NAME, clock, log: silentLog }),
    hasDns: true,
    life: null,
    lives: 0,
    killed: 0,
    gaps: [],
    logged: new Map(),

    async start(mortal = new Mortal()) {
      world.lives += 1;
      const surroundings = {
        camera: configured,
        disk,
        ledger,
        queue,
        pictures,
        hasDns: () => world.hasDns,
        clock: clock.wrongBy(() => world.ourErrorMs),
        log: { info: note, warn: note, error: note },
        random,
      };
      const life = startLife(surroundings, join(folder, `life-${world.lives}`), mortal);
      world.life = await Promise.race([life, mortal.died.then(() => null)]);
      if (world.life === null) world.killed += 1;
      await world.rest();
    },

    async rest() {
      const deadline = performance.now() + STUCK_AFTER_MS;
      for (let quiet = 0; quiet < REST_TURNS; ) {
        await turn();
        quiet = underWay() === 0 ? quiet + 1 : 0;
        if (quiet === REST_TURNS && (await cloud.record())) quiet = 0;
        if (performance.now() > deadline) throw new Error('the world does not come to rest');
      }
      if (camera.streams === 0) isFrozen = false;
      if (world.life?.mortal.isDead !== true) return;
      world.life = null;
      world.killed += 1;
      await until('the sockets of the dead to close', () => camera.streams === 0);
    },

    async pass(ms) {
      for (const end = clock.now() + ms; clock.now() < end; ) {
        clock.step(end - clock.now());
        await world.rest();
      }
    },

    async drive(passage) {
      const truth = clock.now();
      const entry = await camera.drive(passage);
      await world.rest();
      return { entry, truth };
    },

    async beat() {
      camera.beat();
      const { life } = world;
      const before = life?.state.heartbeats ?? 0;
      // A bridge that cannot write reads no further; what comes meanwhile waits in the socket.
      const isDeaf = () => life === null || life.mortal.isDead || isFrozen || camera.streams === 0 || disk.isFull;
      await until('a heartbeat', () => isDeaf() || (life?.state.heartbeats ?? 0) > before);
      await world.rest();
    },

    async endStreams(how) {
      if (how === 'frozen') {
        isFrozen = camera.streams > 0;
        return camera.freezeStreams();
      }
      if (how === 'fin') camera.cutStreams();
      else camera.resetStreams();
      await until('the stream to end', () => disk.isFull || camera.streams === 0);
      // A full disk holds the stream's end up behind what came before it.
      await until(
        'the bridge to notice',
        () => world.life === null || disk.isFull || world.life.state.upSince === null,
      );
      await world.rest();
    },

    async close() {
      world.life?.die();
      await until('the sockets of the dead to close', () => camera.streams === 0);
      await cloud.close();
      await camera.close();
      await table.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}

function configuredAs(camera: SimulatedCamera): Camera {
  const environment = {
    GATE_CAMERA_IP: camera.host,
    GATE_CAMERA_PORT: String(camera.port),
    GATE_CAMERA_USER: camera.user,
    GATE_CAMERA_PASS: camera.password,
  };
  const [configured] = readCameras(environment, () => '');
  if (configured === undefined) throw new Error('one camera was configured');
  return configured;
}
