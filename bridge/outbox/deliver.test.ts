import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import { Rejected } from '../../shared/support/errors.ts';
import { type DeliveringBridge, deliveringBridge } from './deliver.fixture.ts';
import { type FakeQueue, hurriedClock, readWithPictures, stoppedClock, until } from './outbox.fixture.ts';

let bridge: DeliveringBridge;
beforeEach(async () => {
  bridge = await deliveringBridge();
});
afterEach(() => bridge.close());

describe('while AWS is there', () => {
  test('a single read goes at once, without any pause', async () => {
    bridge.start(stoppedClock);
    await bridge.addReads(1);
    await until(bridge.isEmpty);
    expect(bridge.queue.batches).toEqual([[sampleDetection(1)]]);
  });

  test('reads that waited together go ten at a time, each once', async () => {
    await bridge.addReads(...Array.from({ length: 25 }, (_, n) => n));
    bridge.start(stoppedClock);
    await until(bridge.isEmpty);
    expect(bridge.queue.batches.map((batch) => batch.length).toSorted()).toEqual([10, 10, 5]);
    expect(new Set(bridge.sent().map(({ id }) => id)).size).toBe(25);
  });

  test('the newest go first, and the oldest is not left for last', async () => {
    await bridge.addReads(...Array.from({ length: 100 }, (_, n) => n));
    bridge.start(stoppedClock);
    await until(bridge.isEmpty);
    // Four senders start together; which of their batches is the very first is chance.
    const first = new Set(bridge.queue.batches.slice(0, 4).flatMap((batch) => batch.map(({ id }) => id)));
    const newest = Array.from({ length: 32 }, (_, i) => sampleDetection(99 - i).id);
    expect(newest.filter((id) => !first.has(id))).toEqual([]);
    expect(first).toContain(sampleDetection(0).id);
  });

  test('the oldest read goes even while newer ones never stop coming', async () => {
    await bridge.addReads(...Array.from({ length: 60 }, (_, n) => n));
    const endless: FakeQueue = {
      ...bridge.queue,
      async send(detections) {
        const n = 1000 + bridge.queue.calls * 20;
        const taken = await bridge.queue.send(detections);
        if (bridge.queue.calls < 40) await Promise.all(Array.from({ length: 20 }, (_, i) => bridge.addReads(n + i)));
        return taken;
      },
    };
    bridge.start(stoppedClock, endless);
    await until(() => bridge.queue.calls >= 35);
    const ids = new Set(bridge.sent().map(({ id }) => id));
    expect(bridge.outbox.depth().reads).toBeGreaterThan(100);
    expect(Array.from({ length: 30 }, (_, n) => ids.has(sampleDetection(n).id))).toEqual(Array(30).fill(true));
  });

  test('pictures are in the store before their message is in the queue', async () => {
    const { read, bytesByKey } = readWithPictures(1);
    const checked: boolean[] = [];
    const watching: FakeQueue = {
      ...bridge.queue,
      send(detections) {
        checked.push(read.pictures.every(({ key }) => bridge.pictures.objects.has(key)));
        return bridge.queue.send(detections);
      },
    };
    bridge.start(stoppedClock, watching);
    await bridge.outbox.addPictures(read, bytesByKey);
    await until(bridge.isEmpty);
    expect(checked).toEqual([true]);
    expect(bridge.sent()).toEqual([read]);
    expect(bridge.pictures.objects).toEqual(bytesByKey);
  });

  test('in whatever order reads and pictures come, every message goes exactly once', async () => {
    bridge.start(stoppedClock);
    const kinds = fc.constantFrom('read', 'pictures');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(kinds, fc.nat(50)), { maxLength: 15 }), async (adds) => {
        bridge.queue.batches = [];
        await Promise.all(adds.map(([kind, n]) => (kind === 'read' ? bridge.addReads(n) : bridge.addPictures(n))));
        await until(bridge.isEmpty);
        const wanted = adds.map(([kind, n]) => `${kind} ${sampleDetection(n).id}`);
        const got = bridge.sent().map(({ id, pictures: p }) => `${p.length === 0 ? 'read' : 'pictures'} ${id}`);
        expect(got.toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 25 },
    );
  });
});

describe('a message that AWS will never take', () => {
  test('is tried for a quarter of an hour, then kept aside, and the others go meanwhile', async () => {
    bridge.queue.refuses.add(sampleDetection(2).id);
    const clock = hurriedClock();
    bridge.start(clock);
    await bridge.addReads(1, 2, 3);
    await until(() => bridge.log.lines.length > 0);
    await until(bridge.isEmpty);
    expect(bridge.outbox.depth().bad).toBe(1);
    expect(clock.sleeps).toEqual([60_000, 120_000, 240_000, 480_000]);
    expect(new Set(bridge.sent().map(({ id }) => id))).toEqual(new Set([1, 3].map((n) => sampleDetection(n).id)));
    expect(bridge.log.events()).toEqual(['outbox.entry.bad']);
  });

  test('goes when the queue changes its mind in time', async () => {
    bridge.queue.refuses.add(sampleDetection(1).id);
    const clock = hurriedClock();
    bridge.start(clock);
    await bridge.addReads(1);
    await until(() => clock.sleeps.length === 2);
    bridge.queue.refuses.clear();
    await until(bridge.isEmpty);
    expect(bridge.sent()).toEqual([sampleDetection(1)]);
    expect(bridge.outbox.depth().bad).toBe(0);
  });

  test('pictures that the store rejects for good do not stop those behind them', async () => {
    bridge.pictures.failing = new Rejected('too_large', 'could not put a picture: EntityTooLarge');
    bridge.start(stoppedClock);
    await bridge.addPictures(1);
    await until(() => bridge.outbox.depth().bad === 1);
    bridge.pictures.failing = null;
    await bridge.addPictures(2);
    await until(bridge.isEmpty);
    expect(bridge.sent().map(({ id }) => id)).toEqual([sampleDetection(2).id]);
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
      await Promise.all(Array.from({ length: 100 }, (_, i) => bridge.addReads(n + i)));
    }
    expect(heapBytes() - before).toBeLessThan(BACKLOG * BYTES_PER_ENTRY);

    const seen = new Set<string>();
    let heapAtHalf = 0;
    const counting: FakeQueue = {
      ...bridge.queue,
      async send(detections) {
        for (const { id } of detections) seen.add(id);
        if (heapAtHalf === 0 && seen.size >= BACKLOG / 2) heapAtHalf = heapBytes();
        return { refused: [] };
      },
    };
    bridge.start(stoppedClock, counting);
    await until(bridge.isEmpty);
    expect(seen.size).toBe(BACKLOG);
    expect(heapAtHalf - before).toBeLessThan(BACKLOG * BYTES_PER_ENTRY);
  });
});
