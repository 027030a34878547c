// After an outage: how fast a backlog of reads leaves the disk, what it takes of memory, and what a new read waits meanwhile.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SQSClient } from '@aws-sdk/client-sqs';
import { deliver } from '../../bridge/outbox/deliver.ts';
import { type Disk, systemDisk } from '../../bridge/outbox/disk.ts';
import { openOutbox } from '../../bridge/outbox/outbox.ts';
import type { Detection } from '../../shared/detection/detection.ts';
import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import { type DetectionQueue, MAX_BATCH_MESSAGES } from '../../shared/queue/detection-queue.ts';
import { sqsDetectionQueue } from '../../shared/queue/sqs-detection-queue.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { withServer } from './child.ts';
import { type Figure, figure, median } from './figure.ts';

const BACKLOG = 100_000;
/** Enough of bare sends to know their rate. */
const REFERENCE = 20_000;
/** As many as the outbox has. */
const SENDERS = 4;
const WRITTEN_AT_A_TIME = 100;
const PLENTY_BYTES = 2 ** 40;
/** A read of now, now and then while the backlog drains. */
const READ_EVERY_MS = 250;
const MEBIBYTE = 2 ** 20;
const NO_PICTURES: PictureStore = { put: async () => {}, url: async (key) => key };

/** The backlog is made in advance: nobody waits for the device while it is written. */
const hastyDisk: Disk = {
  ...systemDisk,
  write: (path, bytes) => writeFile(path, bytes, { flag: 'wx' }),
  syncFolder: async () => {},
};

export async function measureDrain(): Promise<Figure[]> {
  return withServer('./sqs-source.ts', [], async (port) => {
    const endpoint = `http://127.0.0.1:${port}`;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new SQSClient({ endpoint, region: 'us-east-1', credentials });
    const queue = sqsDetectionQueue({ client, queueUrl: `${endpoint}/000000000000/detections` });
    const folder = await mkdtemp(join(tmpdir(), 'gate-drain-'));
    try {
      const bare = await bareRate(queue);
      const { rate, waits, heapMebibytes } = await drained(queue, folder);
      return [
        figure(`drain: a backlog of ${BACKLOG} reads from disk (reference: such batches sent bare)`, rate, '/s', bare, {
          of: 'value',
          least: 200,
        }),
        figure('drain: a new read until the queue has it, meanwhile, median', median(waits), 'ms', null, {
          of: 'value',
          most: 1_000,
        }),
        figure('drain: heap at half of it, above the one before it began', heapMebibytes, 'MiB', null, {
          of: 'value',
          most: 16,
        }),
      ];
    } finally {
      client.destroy();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function bareRate(queue: DetectionQueue): Promise<number> {
  let next = 0;
  const sender = async () => {
    while (next < REFERENCE) {
      const first = next;
      next += MAX_BATCH_MESSAGES;
      await queue.send(Array.from({ length: MAX_BATCH_MESSAGES }, (_, i) => sampleDetection(first + i)));
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return REFERENCE / ((performance.now() - began) / 1000);
}

type Drained = { rate: number; waits: number[]; heapMebibytes: number };

async function drained(queue: DetectionQueue, folder: string): Promise<Drained> {
  const outbox = await openOutbox({ folder, quotaBytes: PLENTY_BYTES, clock, log, disk: hastyDisk });
  for (let n = 0; n < BACKLOG; n += WRITTEN_AT_A_TIME) {
    await Promise.all(Array.from({ length: WRITTEN_AT_A_TIME }, (_, i) => outbox.addRead(sampleDetection(n + i))));
  }
  const heapBefore = heapMebibytes();
  let heapAtHalf: number | null = null;
  const watched = watch(queue, () => {
    if (outbox.depth().reads <= BACKLOG / 2) heapAtHalf ??= heapMebibytes();
  });
  const stop = new AbortController();
  const began = performance.now();
  const delivered = deliver({ outbox, pictures: NO_PICTURES, queue: watched.queue, clock, log, signal: stop.signal });
  const waits: number[] = [];
  for (let n = BACKLOG; outbox.depth().reads > 0; n += 1) {
    const read = sampleDetection(n);
    const keptAt = performance.now();
    const taken = watched.taken(read);
    await outbox.addRead(read);
    await taken;
    waits.push(performance.now() - keptAt);
    await clock.sleep(READ_EVERY_MS);
  }
  const rate = BACKLOG / ((performance.now() - began) / 1000);
  stop.abort();
  await delivered;
  await outbox.close();
  return { rate, waits, heapMebibytes: (heapAtHalf ?? heapBefore) - heapBefore };
}

/** The queue, with an eye on single reads. */
function watch(queue: DetectionQueue, onSent: () => void) {
  const awaited = new Map<string, () => void>();
  return {
    taken: ({ id }: Detection) => new Promise<void>((resolve) => awaited.set(id, resolve)),
    queue: {
      async send(detections) {
        const answer = await queue.send(detections);
        for (const { id } of detections) awaited.get(id)?.();
        onSent();
        return answer;
      },
    } satisfies DetectionQueue,
  };
}

function heapMebibytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed / MEBIBYTE;
}
