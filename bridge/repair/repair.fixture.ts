// A repair at a camera's memory on time that is driven: hours pass at once.
import { setImmediate as turn } from 'node:timers/promises';
import type { Detection, DetectionId } from '../../shared/detection/detection.ts';
import { PLATES_PATH } from '../../shared/isapi/plates/ask-plates.ts';
import { type DrivenClock, drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { silentLog } from '../../shared/support/log.ts';
import { isUnread, type LedgerEntry, type Passage } from '../../test/camera/passage.ts';
import type { PlatesOptions } from '../../test/camera/resources/plates.ts';
import type { Disk } from '../outbox/disk.ts';
import { GATE, type RememberingCamera, rememberingCamera } from './remembering-camera.fixture.ts';
import { openRepair, type Repair, type RepairDeps } from './repair.ts';
import type { SweptRow } from './take-rows.ts';

export const NOON = Date.parse('2026-11-22T07:00:00Z');
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

export type Files = Map<string, Buffer>;

/** Files that outlive the process, and no device to wait for. */
export function memoryDisk(files: Files = new Map()): Disk {
  const missing = () => Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
  return {
    async write(path, bytes) {
      if (files.has(path)) throw Object.assign(new Error('EEXIST: file exists'), { code: 'EEXIST' });
      files.set(path, Buffer.from(bytes));
    },
    async rename(from, to) {
      const bytes = files.get(from);
      if (bytes === undefined) throw missing();
      files.delete(from);
      files.set(to, bytes);
    },
    async syncFolder() {},
    async read(path) {
      const bytes = files.get(path);
      if (bytes === undefined) throw missing();
      return bytes;
    },
    async remove(path) {
      files.delete(path);
    },
    list: async () => [...files.keys()],
    async makeFolder() {},
  };
}

export type KeptReads = {
  byId: Map<DetectionId, Detection>;
  /** Every acknowledged read, repeats included. */
  all: Detection[];
  withPictures: Detection[];
  addRead(read: Detection): Promise<void>;
  addPictures(read: Detection): Promise<void>;
};

/** An outbox that is never emptied. */
export function keptReads(): KeptReads {
  const kept: KeptReads = {
    byId: new Map(),
    all: [],
    withPictures: [],
    addRead: async (read) => {
      kept.byId.set(read.id, read);
      kept.all.push(read);
    },
    addPictures: async (read) => void kept.withPictures.push(read),
  };
  return kept;
}

export type RepairBench = {
  clock: DrivenClock;
  camera: RememberingCamera;
  kept: KeptReads;
  files: Files;
  swept: SweptRow[][];
  live: Detection[];
  /** Another process on the same disk; the one before is gone without a word. */
  start(over?: Partial<RepairDeps>): Repair;
  /** The stream is held from now on; the function ends it. */
  connect(): () => void;
  /** A vehicle that the held stream tells of, too. */
  passLive(changes?: Partial<Passage>): LedgerEntry;
  /** A truck a minute that no stream tells of, one in ten unread; then three minutes of nothing: all are of age. */
  outage(minutes: number): Promise<void>;
  /** Times that the memory was asked. */
  platesAsked(): number;
  /** Sorted, null for an unread one: what is in the outbox, and what has passed. */
  keptPlates(): (string | null)[];
  ledgerPlates(): (string | null)[];
  /** Time passes, and what is due is done. */
  pass(ms: number): Promise<void>;
  /** Drives time until the repair has ended so many more questions. */
  untilSwept(count: number): Promise<void>;
  stop(): Promise<void>;
};

export type BenchOptions = { plates?: Partial<PlatesOptions>; everyMs?: number; start?: number };

export function repairBench({
  plates: changes,
  everyMs = 3 * MINUTE_MS,
  start = NOON,
}: BenchOptions = {}): RepairBench {
  const clock = drivenClock(start);
  const camera = rememberingCamera(clock, changes);
  const files: Files = new Map();
  const kept = keptReads();
  const bench: Pick<RepairBench, 'swept' | 'live'> = { swept: [], live: [] };
  let stop = new AbortController();
  let repair: Repair | null = null;
  let kill = () => {};

  function running(): Repair {
    if (repair === null) throw new Error('no repair was started');
    return repair;
  }

  async function rest(): Promise<void> {
    // Whatever waits for a promise and not for the clock is done after a few turns.
    for (let n = 0; n < 6; n += 1) await turn();
  }

  async function pass(ms: number): Promise<void> {
    for (const end = clock.now() + ms; ; ) {
      await rest();
      if (clock.now() >= end) return;
      clock.step(end - clock.now());
    }
  }

  return {
    ...bench,
    clock,
    camera,
    kept,
    files,
    start(over = {}) {
      kill();
      stop.abort();
      stop = new AbortController();
      let isKilled = false;
      kill = () => {
        isKilled = true;
      };
      const outbox: RepairDeps['outbox'] = {
        addRead: (read) => (isKilled ? new Promise(() => {}) : kept.addRead(read)),
        addPictures: (read) => (isKilled ? new Promise(() => {}) : kept.addPictures(read)),
      };
      repair = openRepair({
        camera: GATE,
        timeZone: undefined,
        client: camera.client,
        outbox,
        folder: '/state/repair',
        disk: memoryDisk(files),
        everyMs,
        onSwept: (_camera, rows) => void bench.swept.push([...rows]),
        onLiveRead: (read) => void bench.live.push(read),
        clock,
        log: silentLog,
        signal: stop.signal,
        ...over,
      });
      return repair;
    },
    connect() {
      const connection = new AbortController();
      running().connected(connection.signal);
      return () => connection.abort();
    },
    passLive(passage) {
      const entry = camera.pass(passage);
      running().seen(camera.liveRead(entry));
      return entry;
    },
    pass,
    async outage(minutes) {
      for (let n = 0; n < minutes; n += 1) {
        camera.pass({ plate: n % 10 === 7 ? 'unknown' : `01A${100 + n}BC` });
        await pass(MINUTE_MS);
      }
      await pass(3 * MINUTE_MS);
    },
    platesAsked: () => camera.asked.filter((path) => path === PLATES_PATH).length,
    keptPlates: () => [...kept.byId.values()].map(({ plate }) => plate).toSorted(),
    ledgerPlates: () => camera.lane.ledger.map(({ passage }) => (isUnread(passage) ? null : passage.plate)).toSorted(),
    async untilSwept(count) {
      const wanted = running().view().sweeps + count;
      while (running().view().sweeps < wanted || running().view().busy) {
        await rest();
        clock.step(MINUTE_MS);
      }
    },
    async stop() {
      stop.abort();
      await repair?.done;
    },
  };
}
