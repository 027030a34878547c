import { writeFile } from 'node:fs/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Detection } from '../../shared/detection/detection.ts';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { Broken, Rejected } from '../../shared/support/errors.ts';
import { deliver } from './deliver.ts';
import { systemDisk } from './disk.ts';
import {
  type FakePictures,
  type FakeQueue,
  fakePictures,
  fakeQueue,
  hurriedClock,
  PLENTY_BYTES,
  type RecordingLog,
  readWithPictures,
  recordingLog,
  stoppedClock,
  type TemporaryFolder,
  temporaryFolder,
  until,
} from './outbox.fixture.ts';
import { type Outbox, openOutbox } from './outbox.ts';

let folder: TemporaryFolder;
let outbox: Outbox;
let queue: FakeQueue;
let pictures: FakePictures;
let log: RecordingLog;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  folder = await temporaryFolder();
  log = recordingLog();
  // What survives a power cut is not the subject here, and 10,000 syncs take their time.
  const disk = {
    ...systemDisk,
    write: (path: string, bytes: Uint8Array) => writeFile(path, bytes),
    syncFolder: async () => {},
  };
  outbox = await openOutbox({ folder: folder.path, quotaBytes: PLENTY_BYTES, clock: stoppedClock, log, disk });
  queue = fakeQueue();
  pictures = fakePictures();
  stop = new AbortController();
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await running;
  await outbox.close();
  await folder.remove();
});

function start(clock: Clock, to: Partial<{ queue: FakeQueue }> = {}): void {
  running = deliver({ outbox, pictures, queue, clock, log, signal: stop.signal, random: () => 0.5, ...to });
}

function sent(): Detection[] {
  return queue.batches.flat();
}

async function addReads(...ns: number[]): Promise<void> {
  for (const n of ns) await outbox.addRead(sampleDetection(n));
}

async function addPictures(...ns: number[]): Promise<void> {
  for (const n of ns) {
    const { read, bytesByKey } = readWithPictures(n);
    await outbox.addPictures(read, bytesByKey);
  }
}

const isEmpty = (): boolean => outbox.depth().reads === 0 && outbox.depth().pictures === 0;

describe('while AWS is there', () => {
  test('a single read goes at once, without any pause', async () => {
    start(stoppedClock);
    await addReads(1);
    await until(isEmpty);
    expect(queue.batches).toEqual([[sampleDetection(1)]]);
  });

  test('reads that waited together go ten at a time, each once', async () => {
    await addReads(...Array.from({ length: 25 }, (_, n) => n));
    start(stoppedClock);
    await until(isEmpty);
    expect(queue.batches.map((batch) => batch.length).toSorted()).toEqual([10, 10, 5]);
    expect(new Set(sent().map(({ id }) => id)).size).toBe(25);
  });

  test('the newest go first, and the oldest is not left for last', async () => {
    await addReads(...Array.from({ length: 100 }, (_, n) => n));
    start(stoppedClock);
    await until(isEmpty);
    // Four senders start together; which of their batches is the very first is chance.
    const first = new Set(queue.batches.slice(0, 4).flatMap((batch) => batch.map(({ id }) => id)));
    const newest = Array.from({ length: 32 }, (_, i) => sampleDetection(99 - i).id);
    expect(newest.filter((id) => !first.has(id))).toEqual([]);
    expect(first).toContain(sampleDetection(0).id);
  });

  test('the oldest read goes even while newer ones never stop coming', async () => {
    await addReads(...Array.from({ length: 60 }, (_, n) => n));
    const endless: FakeQueue = {
      ...queue,
      async send(detections) {
        const n = 1000 + queue.calls * 20;
        const taken = await queue.send(detections);
        if (queue.calls < 40) await Promise.all(Array.from({ length: 20 }, (_, i) => addReads(n + i)));
        return taken;
      },
    };
    start(stoppedClock, { queue: endless });
    await until(() => queue.calls >= 35);
    const ids = new Set(sent().map(({ id }) => id));
    expect(outbox.depth().reads).toBeGreaterThan(100);
    expect(Array.from({ length: 30 }, (_, n) => ids.has(sampleDetection(n).id))).toEqual(Array(30).fill(true));
  });

  test('pictures are in the store before their message is in the queue', async () => {
    const { read, bytesByKey } = readWithPictures(1);
    const checked: boolean[] = [];
    const watching: FakeQueue = {
      ...queue,
      send(detections) {
        checked.push(read.pictures.every(({ key }) => pictures.objects.has(key)));
        return queue.send(detections);
      },
    };
    start(stoppedClock, { queue: watching });
    await outbox.addPictures(read, bytesByKey);
    await until(isEmpty);
    expect(checked).toEqual([true]);
    expect(sent()).toEqual([read]);
    expect(pictures.objects).toEqual(bytesByKey);
  });

  test('in whatever order reads and pictures come, every message goes exactly once', async () => {
    start(stoppedClock);
    const kinds = fc.constantFrom('read', 'pictures');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(kinds, fc.nat(50)), { maxLength: 15 }), async (adds) => {
        queue.batches = [];
        await Promise.all(adds.map(([kind, n]) => (kind === 'read' ? addReads(n) : addPictures(n))));
        await until(isEmpty);
        const wanted = adds.map(([kind, n]) => `${kind} ${sampleDetection(n).id}`);
        const got = sent().map(({ id, pictures: p }) => `${p.length === 0 ? 'read' : 'pictures'} ${id}`);
        expect(got.toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 25 },
    );
  });
});

describe('while AWS is away', () => {
  test('nothing is lost, and all goes when it is back', async () => {
    queue.away = true;
    const clock = hurriedClock();
    start(clock);
    await addReads(1, 2, 3);
    await addPictures(4);
    await until(() => clock.sleeps.length > 20);
    expect(outbox.depth()).toMatchObject({ reads: 3, pictures: 1 });
    queue.away = false;
    await until(isEmpty);
    expect(new Set(sent().map(({ id }) => id))).toEqual(new Set([1, 2, 3, 4].map((n) => sampleDetection(n).id)));
  });

  test('one outage is one line when it begins and one when it ends, with how long and how many', async () => {
    queue.away = true;
    const clock = hurriedClock();
    await addReads(...Array.from({ length: 50 }, (_, n) => n));
    start(clock);
    await until(() => clock.sleeps.length > 30);
    queue.away = false;
    await until(isEmpty);
    expect(log.events()).toEqual(['outbox.delivery.failed', 'outbox.delivery.recovered']);
    const [failed, recovered] = log.lines;
    expect(failed?.fields).toEqual({ uplink: 'reads', reason: 'could not send to the queue: away', waiting: 50 });
    expect(recovered?.fields.waiting).toBe(40);
    expect(recovered?.fields.afterMs).toBe(clock.sleeps.reduce((sum, ms) => sum + ms, 0));
    expect(recovered?.fields.failures).toBe(clock.sleeps.length);
  });

  test('one sender probes with a pause that doubles up to its cap, whatever waits', async () => {
    queue.away = true;
    const clock = hurriedClock();
    await addReads(...Array.from({ length: 50 }, (_, n) => n));
    start(clock);
    await until(() => clock.sleeps.length >= 10);
    // random 0.5 is three quarters of the pause
    expect(clock.sleeps.slice(0, 10)).toEqual([150, 300, 600, 1200, 2400, 4800, 9600, 11_250, 11_250, 11_250]);
    expect(queue.calls).toBeLessThanOrEqual(4 + clock.sleeps.length);
  });

  test('a picture store that is away holds up no read', async () => {
    pictures.failing = new Broken('internal', 'could not put a picture: away');
    start(stoppedClock);
    await addPictures(1);
    await until(() => log.events().includes('outbox.delivery.failed'));
    await addReads(1, 2);
    await until(() => outbox.depth().reads === 0);
    expect(outbox.depth().pictures).toBe(1);
    expect(sent()).toHaveLength(2);
  });

  test('pictures that are in the store do not go over the line again while only the queue is away', async () => {
    queue.away = true;
    const clock = hurriedClock();
    start(clock);
    await addPictures(1);
    await until(() => queue.calls > 10);
    queue.away = false;
    await until(isEmpty);
    expect(pictures.puts).toBe(2);
  });

  test('stopping in the middle of an outage is quick and leaves all on disk', async () => {
    queue.away = true;
    start(stoppedClock);
    await addReads(1, 2);
    await until(() => log.events().includes('outbox.delivery.failed'));
    stop.abort();
    await running;
    await outbox.close();
    outbox = await openOutbox({ folder: folder.path, quotaBytes: PLENTY_BYTES, clock: stoppedClock, log });
    expect(outbox.depth().reads).toBe(2);
  });

  test('a second start after a stop delivers what the first one held', async () => {
    queue.away = true;
    start(stoppedClock);
    await addReads(1, 2);
    await until(() => log.events().includes('outbox.delivery.failed'));
    stop.abort();
    await running;
    queue.away = false;
    stop = new AbortController();
    start(stoppedClock);
    await until(isEmpty);
    expect(sent()).toHaveLength(2);
  });
});

describe('a message that AWS will never take', () => {
  test('is tried for a quarter of an hour, then kept aside, and the others go meanwhile', async () => {
    queue.refuses.add(sampleDetection(2).id);
    const clock = hurriedClock();
    start(clock);
    await addReads(1, 2, 3);
    await until(() => log.lines.length > 0);
    await until(isEmpty);
    expect(outbox.depth().bad).toBe(1);
    expect(clock.sleeps).toEqual([60_000, 120_000, 240_000, 480_000]);
    expect(new Set(sent().map(({ id }) => id))).toEqual(new Set([1, 3].map((n) => sampleDetection(n).id)));
    expect(log.events()).toEqual(['outbox.entry.bad']);
  });

  test('goes when the queue changes its mind in time', async () => {
    queue.refuses.add(sampleDetection(1).id);
    const clock = hurriedClock();
    start(clock);
    await addReads(1);
    await until(() => clock.sleeps.length === 2);
    queue.refuses.clear();
    await until(isEmpty);
    expect(sent()).toEqual([sampleDetection(1)]);
    expect(outbox.depth().bad).toBe(0);
  });

  test('pictures that the store rejects for good do not stop those behind them', async () => {
    pictures.failing = new Rejected('too_large', 'could not put a picture: EntityTooLarge');
    start(stoppedClock);
    await addPictures(1);
    await until(() => outbox.depth().bad === 1);
    pictures.failing = null;
    await addPictures(2);
    await until(isEmpty);
    expect(sent().map(({ id }) => id)).toEqual([sampleDetection(2).id]);
  });
});

describe('after a day without AWS', () => {
  const BACKLOG = 10_000;
  /** Entry, its place in the index, and room for chance; a whole message would be 1,000. */
  const BYTES_PER_ENTRY = 250;

  function heapBytes(): number {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    return getHeapStatistics().used_heap_size;
  }

  test('ten thousand reads drain, each once, and memory knows only their places', { timeout: 60_000 }, async () => {
    const before = heapBytes();
    for (let n = 0; n < BACKLOG; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, i) => addReads(n + i)));
    }
    expect(heapBytes() - before).toBeLessThan(BACKLOG * BYTES_PER_ENTRY);

    const seen = new Set<string>();
    let heapAtHalf = 0;
    const counting: FakeQueue = {
      ...queue,
      async send(detections) {
        for (const { id } of detections) seen.add(id);
        if (heapAtHalf === 0 && seen.size >= BACKLOG / 2) heapAtHalf = heapBytes();
        return { refused: [] };
      },
    };
    start(stoppedClock, { queue: counting });
    await until(isEmpty);
    expect(seen.size).toBe(BACKLOG);
    expect(heapAtHalf - before).toBeLessThan(BACKLOG * BYTES_PER_ENTRY);
  });
});
