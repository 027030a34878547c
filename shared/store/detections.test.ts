import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Detection } from '../detection/detection.ts';
import { silentLog } from '../support/log.ts';
import { databases, plateOf, recordAll, START_TIMEOUT_MS } from './databases.fixture.ts';
import { aDetection, aPicture, camera, NOW, type StandingClock, standingClock } from './detection.fixture.ts';
import { type DetectionStore, detectionStore } from './detections.ts';
import type { EmbeddedTable } from './embedded.fixture.ts';
import { detectionKey } from './keys.ts';
import { HISTORY } from './table.ts';

describe.each(databases())('the store on $name', ({ open }) => {
  let embedded: EmbeddedTable;
  let clock: StandingClock;
  let store: DetectionStore;

  beforeAll(async () => {
    embedded = await open();
    clock = standingClock();
    store = detectionStore({ ...embedded, clock, log: silentLog });
  }, START_TIMEOUT_MS);
  afterAll(() => embedded?.close());

  async function rawRow(detection: Detection): Promise<Record<string, unknown> | undefined> {
    const Key = detectionKey(detection.id);
    return (await embedded.client.send(new GetCommand({ TableName: embedded.table, Key }))).Item;
  }

  test('a read comes back as it was stored, with the instant of storing', async () => {
    const read = aDetection({
      camera: 'whole',
      cameraTime: '2026-11-22T15:00:00+05:00',
      lane: '1',
      country: 'UZ',
      plateType: 'truck',
      plateColor: 'white',
      list: 'regulars',
      uuid: 'e-1',
      vehicle: { type: 'truck', color: 'blue', speedKmh: 12.5 },
      pictures: [aPicture('plate'), aPicture('scene')],
    });
    expect(await store.record(read)).toBe('created');
    expect(await store.get(read.id)).toEqual({ ...read, storedAt: new Date(NOW).toISOString() });
  });

  test('a plate that looks like a number stays text', async () => {
    for (const plate of ['01234567', '1E5', '0012E3']) {
      const read = aDetection({ camera: 'text', plate });
      await store.record(read);
      expect((await store.get(read.id))?.plate).toBe(plate);
    }
  });

  test('every order, repetition and loss of a read’s messages ends in one and the same row', async () => {
    const rows = new Map<string, unknown[]>();
    let second = 0;
    for (const subset of subsets(['read', 'whole', 'webhook', 'history'] as const)) {
      for (const order of permutations(subset)) {
        const capturedAt = new Date(NOW - 1000 * ++second).toISOString();
        const messages = messagesOf(aDetection({ camera: 'orders', at: capturedAt }));
        const repeated = [...order, ...order].map((name) => messages[name]);
        await recordAll(store, repeated);
        const row = withoutIdentity(await rawRow(messages.read));
        rows.set(subset.join(), [...(rows.get(subset.join()) ?? []), row]);
      }
    }
    expect(rows.size).toBe(15);
    for (const [subset, alike] of rows) {
      for (const row of alike) expect(row, subset).toEqual(alike[0]);
    }
    // Whole messages: losing the first, small one loses nothing.
    expect(rows.get('whole,webhook,history')?.[0]).toEqual(rows.get('read,whole,webhook,history')?.[0]);
  });

  test('a plate seen by both roads is stored once, with what either knew', async () => {
    const messages = messagesOf(aDetection({ camera: 'both' }));
    expect(await store.record(messages.webhook)).toBe('created');
    expect(await store.record(messages.whole)).toBe('merged');
    const merged = await store.get(messages.read.id);
    expect(merged).toMatchObject({
      sources: ['stream', 'webhook'],
      direction: 'forward',
      confidence: 97,
      late: false,
    });
    expect(merged?.pictures.map(({ kind }) => kind)).toEqual(['plate', 'scene', 'vehicle']);
    expect(merged?.receivedAt).toBe(messages.read.receivedAt);
    const page = await store.list({ cameras: [camera('both')], limit: 10, order: 'desc' });
    expect(page.items).toHaveLength(1);
  });

  test('a read recovered from the camera’s memory is late until a live road brings it too', async () => {
    const messages = messagesOf(aDetection({ camera: 'late' }));
    await store.record(messages.history);
    expect((await store.get(messages.read.id))?.late).toBe(true);
    await store.record(messages.webhook);
    await store.record(messages.history);
    expect((await store.get(messages.read.id))?.late).toBe(false);
  });

  test('of fifty racing writers one creates the row and the others merge', async () => {
    const messages = messagesOf(aDetection({ camera: 'race' }));
    const racing = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? messages.whole : messages.webhook));
    const outcomes = await Promise.all(racing.map((message) => store.record(message)));
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect((await store.get(messages.read.id))?.sources).toEqual(['stream', 'webhook']);
  });

  test('a message whose id stands for another camera or plate is refused and changes nothing', async () => {
    const read = aDetection({ camera: 'mine' });
    await store.record(read);
    const before = await rawRow(read);
    for (const foreign of [
      { ...read, camera: camera('other') },
      { ...read, plate: plateOf('99X999XX') },
      { ...read, plate: null },
    ]) {
      await expect(store.record(foreign)).rejects.toMatchObject({ name: 'Rejected', code: 'conflict' });
    }
    expect(await rawRow(read)).toEqual(before);
  });

  test('an unread plate has no plate key and is in no plate’s history', async () => {
    const unread = aDetection({ camera: 'unread', plate: null });
    await store.record(unread);
    expect(await rawRow(unread)).not.toHaveProperty(HISTORY.partitionKey);
    const { items } = await store.list({ cameras: [camera('unread')], limit: 5, order: 'desc' });
    expect(items.map(({ plate: none }) => none)).toEqual([null]);
  });

  test('an unknown id is no detection', async () => {
    expect(await store.get(aDetection({ camera: 'never' }).id)).toBeNull();
  });

  test('the table answers a check', async () => {
    await expect(store.check()).resolves.toBeUndefined();
  });
});

/** The messages of one read, as the roads send them: equal where they know the same, different where they do not. */
function messagesOf(read: Detection) {
  const at = (ms: number) => new Date(Date.parse(read.at) + ms).toISOString();
  const whole: Detection = { ...read, vehicle: { type: 'truck' }, pictures: [aPicture('plate'), aPicture('scene')] };
  const webhook: Detection = {
    ...read,
    receivedAt: at(900),
    sources: ['webhook'],
    direction: 'unknown',
    confidence: null,
    vehicle: { color: 'blue' },
    pictures: [aPicture('scene'), aPicture('vehicle')],
  };
  const history: Detection = { ...read, receivedAt: at(130_000), sources: ['history'], late: true, lane: '1' };
  return { read: { ...whole, pictures: [] }, whole, webhook, history };
}

function withoutIdentity(row: Record<string, unknown> | undefined): Record<string, unknown> {
  const sameInAll = ['pk', 'id', 'gsi1sk', 'gsi2sk', 'at', 'capturedAt'];
  // Every order is tried on a second of its own; what hangs on that second is taken out or made relative to it.
  const captured = Date.parse(String(row?.at));
  const entries = Object.entries(row ?? {}).filter(([name]) => !sameInAll.includes(name));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name.startsWith('arrival_') ? Date.parse(String(value)) - captured : value]),
  );
}

function subsets<T>(items: readonly T[]): T[][] {
  const all: T[][] = [[]];
  for (const item of items) all.push(...all.map((subset) => [...subset, item]));
  return all.filter((subset) => subset.length > 0);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));
}
