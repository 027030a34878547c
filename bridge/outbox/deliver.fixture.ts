// For tests of deliver: an outbox with a deliverer and an AWS that does what the test says.
import { writeFile } from 'node:fs/promises';
import type { Detection } from '../../shared/detection/detection.ts';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { deliver } from './deliver.ts';
import { type Disk, systemDisk } from './disk.ts';
import {
  type FakePictures,
  type FakeQueue,
  fakePictures,
  fakeQueue,
  type OutboxFolder,
  outboxFolder,
  type RecordingLog,
  readWithPictures,
  recordingLog,
} from './outbox.fixture.ts';
import type { Outbox } from './outbox.ts';

export type DeliveringBridge = {
  folder: OutboxFolder;
  outbox: Outbox;
  queue: FakeQueue;
  pictures: FakePictures;
  log: RecordingLog;
  /** Begins to deliver, to `queue` or to one that stands before it. */
  start(clock: Clock, queue?: FakeQueue): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
  addReads(...ns: number[]): Promise<void>;
  addPictures(...ns: number[]): Promise<void>;
  /** What the queue has taken, in its order. */
  sent(): Detection[];
  isEmpty(): boolean;
  close(): Promise<void>;
};

/** What survives a power cut is not the subject here, and 10,000 syncs take their time. */
const hastyDisk: Disk = {
  ...systemDisk,
  write: (path, bytes) => writeFile(path, bytes),
  syncFolder: async () => {},
};

export async function deliveringBridge(): Promise<DeliveringBridge> {
  const folder = await outboxFolder();
  const log = recordingLog();
  const outbox = await folder.open({ log, disk: hastyDisk });
  const queue = fakeQueue();
  const pictures = fakePictures();
  let aborter = new AbortController();
  let running = Promise.resolve();

  async function stop(): Promise<void> {
    aborter.abort();
    await running;
  }

  return {
    folder,
    outbox,
    queue,
    pictures,
    log,
    start(clock, to = queue) {
      aborter = new AbortController();
      running = deliver({ outbox, pictures, queue: to, clock, log, signal: aborter.signal, random: () => 0.5 });
    },
    stop,
    async addReads(...ns) {
      for (const n of ns) await outbox.addRead(sampleDetection(n));
    },
    async addPictures(...ns) {
      for (const n of ns) {
        const { read, bytesByKey } = readWithPictures(n);
        await outbox.addPictures(read, bytesByKey);
      }
    },
    sent: () => queue.batches.flat(),
    isEmpty: () => outbox.depth().reads === 0 && outbox.depth().pictures === 0,
    async close() {
      await stop();
      await folder.remove();
    },
  };
}
