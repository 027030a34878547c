// For tests of the outbox: its folder, and stand-ins for AWS that can go away.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Detection } from '../../shared/detection/detection.ts';
import { describePicture } from '../../shared/pictures/describe-picture.ts';
import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import type { DetectionQueue } from '../../shared/queue/detection-queue.ts';
import { type Clock, systemClock } from '../../shared/support/clock.ts';
import { Broken } from '../../shared/support/errors.ts';
import { type Log, type LogFields, silentLog } from '../../shared/support/log.ts';
import { type Disk, systemDisk } from './disk.ts';
import { type Outbox, type OutboxOptions, openOutbox } from './outbox.ts';
import type { Tray } from './tray.ts';

export const PLENTY_BYTES = 1_000_000_000;

export type OutboxFolder = {
  path: string;
  /** An outbox in it, with room for plenty unless `options` say otherwise. */
  open(options?: Partial<OutboxOptions>): Promise<Outbox>;
  /** Names in one of its folders, sorted. */
  files(name: string): Promise<string[]>;
  /** Closes what was opened. */
  remove(): Promise<void>;
};

export async function outboxFolder(): Promise<OutboxFolder> {
  const path = await mkdtemp(join(tmpdir(), 'outbox-'));
  const opened: Outbox[] = [];
  return {
    path,
    async open(options = {}) {
      const defaults = { folder: path, quotaBytes: PLENTY_BYTES, clock: systemClock, log: silentLog };
      const outbox = await openOutbox({ ...defaults, ...options });
      opened.push(outbox);
      return outbox;
    },
    files: async (name) => (await readdir(join(path, name))).toSorted(),
    async remove() {
      for (const outbox of opened) await outbox.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** The ids in a tray, oldest first. */
export async function idsIn(tray: Tray): Promise<string[]> {
  const entries = tray.take(Number.POSITIVE_INFINITY).toSorted((a, b) => a.seq - b.seq);
  const contents = await Promise.all(entries.map((entry) => tray.read(entry)));
  for (const entry of entries) tray.putBack(entry);
  return contents.map((found) => found?.detection.id ?? 'corrupt');
}

/** Read number `n` with a plate picture and a scene of `sceneBytes`. */
export function readWithPictures(n: number, sceneBytes = 1000): { read: Detection; bytesByKey: Map<string, Buffer> } {
  const detection = sampleDetection(n);
  const bytesByKey = new Map<string, Buffer>();
  const pictures = [];
  for (const [kind, size] of [['plate', 100] as const, ['scene', sceneBytes] as const]) {
    const bytes = Buffer.alloc(size, `${kind} ${n} `);
    const picture = describePicture({ detection, kind, bytes });
    pictures.push(picture);
    bytesByKey.set(picture.key, bytes);
  }
  return { read: { ...detection, pictures }, bytesByKey };
}

export type FakeQueue = DetectionQueue & {
  away: boolean;
  /** Ids it refuses one by one. */
  refuses: Set<string>;
  batches: Detection[][];
  calls: number;
};

export function fakeQueue(): FakeQueue {
  return {
    away: false,
    refuses: new Set(),
    batches: [],
    calls: 0,
    async send(detections) {
      this.calls += 1;
      if (this.away) throw new Broken('internal', 'could not send to the queue: away');
      const refused = detections.flatMap(({ id }, i) => (this.refuses.has(id) ? [i] : []));
      this.batches.push(detections.filter(({ id }) => !this.refuses.has(id)));
      return { refused };
    },
  };
}

export type FakePictures = PictureStore & { failing: Error | null; objects: Map<string, Buffer>; puts: number };

export function fakePictures(): FakePictures {
  return {
    failing: null,
    objects: new Map(),
    puts: 0,
    async put(key, bytes) {
      this.puts += 1;
      if (this.failing) throw this.failing;
      this.objects.set(key, Buffer.from(bytes));
    },
    url: async (key) => key,
  };
}

/** Time that stands still until somebody sleeps, and then jumps to the end of the sleep. */
export type HurriedClock = Clock & { sleeps: number[] };

export function hurriedClock(): HurriedClock {
  let now = Date.UTC(2026, 10, 22, 10);
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      now += ms;
      await turn();
    },
  };
}

/** Time that never passes: whoever sleeps, sleeps until aborted. */
export const stoppedClock: Clock = {
  now: () => Date.UTC(2026, 10, 22, 10),
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    }),
};

export type RecordingLog = Log & { lines: { event: string; fields: LogFields }[]; events(): string[] };

export function recordingLog(): RecordingLog {
  const lines: RecordingLog['lines'] = [];
  const record = (event: string, fields: LogFields = {}): void => {
    lines.push({ event, fields });
  };
  return { lines, events: () => lines.map(({ event }) => event), info: record, warn: record, error: record };
}

/** A disk that holds `room.bytes` and then says ENOSPC, and never waits for the device. */
export function smallDisk(room: { bytes: number }): Disk {
  const sizes = new Map<string, number>();
  return {
    ...systemDisk,
    async write(path, bytes) {
      if (bytes.length > room.bytes) {
        await systemDisk.write(path, bytes.subarray(0, room.bytes));
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      }
      await systemDisk.write(path, bytes);
      room.bytes -= bytes.length;
      sizes.set(path, bytes.length);
    },
    async rename(from, to) {
      await systemDisk.rename(from, to);
      sizes.set(to, sizes.get(from) ?? 0);
      sizes.delete(from);
    },
    async remove(path) {
      await systemDisk.remove(path);
      room.bytes += sizes.get(path) ?? 0;
      sizes.delete(path);
    },
  };
}

/** Resolves when `done()` is true, which other work brings about. */
export async function until(done: () => boolean): Promise<void> {
  while (!done()) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
