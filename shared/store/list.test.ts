import { BatchWriteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Detection } from '../detection/detection.ts';
import { silentLog } from '../support/log.ts';
import { databases, pagesOf, plateOf, recordAll, START_TIMEOUT_MS } from './databases.fixture.ts';
import { aDetection, camera, NOW, type StandingClock, standingClock } from './detection.fixture.ts';
import { type DetectionStore, detectionStore } from './detections.ts';
import type { EmbeddedTable } from './embedded.fixture.ts';
import { detectionKey, directoryKey, momentKey, platePartition } from './keys.ts';
import { MAX_PREFIX_PLATES } from './plate-directory.ts';
import type { Search } from './search.ts';
import { HISTORY, TABLE } from './table.ts';

const DAY_MS = 86_400_000;

describe.each(databases())('lists on $name', ({ open }) => {
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

  test('pages of one lane or several, in both orders, hold every read once, equal instants included', async () => {
    const reads = crowd(['lane-a', 'lane-b', 'lane-c'], 90);
    await Promise.all(reads.map((read) => store.record(read)));
    const newestFirst = [...reads].sort((a, b) => (a.at + a.id < b.at + b.id ? 1 : -1));
    for (const cameras of [['lane-a'], ['lane-a', 'lane-b', 'lane-c']]) {
      for (const [limit, order] of [
        [7, 'desc'],
        [30, 'asc'],
        [100, 'desc'],
      ] as const) {
        const search: Search = { cameras: cameras.map(camera), limit, order };
        const expected = newestFirst.filter((read) => cameras.includes(read.camera)).map(({ id }) => id);
        const got = await pagesOf(store, search);
        expect(got.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(
          order === 'desc' ? expected : expected.reverse(),
        );
        expect(got.slice(0, -1).every(({ items }) => items.length === limit)).toBe(true);
      }
    }
  });

  test('a page of one read goes on to the next', async () => {
    const reads = crowd(['single'], 4);
    await recordAll(store, reads);
    const got = await pagesOf(store, { cameras: [camera('single')], limit: 1, order: 'asc' });
    expect(got.map(({ items }) => items.length)).toEqual([1, 1, 1, 1]);
  });

  test('reads that arrive while someone pages are neither shown twice nor push another off', async () => {
    const there = crowd(['busy'], 40);
    await recordAll(store, there);
    let arrived = 0;
    const got = await pagesOf(store, { cameras: [camera('busy')], limit: 9, order: 'desc' }, async () => {
      arrived++;
      await store.record(
        aDetection({ camera: 'busy', plate: `NEW${arrived}`, at: new Date(NOW + arrived * 1000).toISOString() }),
      );
    });
    const ids = got.flatMap(({ items }) => items.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(there.map(({ id }) => id).sort());
  });

  test('a stretch of time takes in its beginning and leaves out its end', async () => {
    const at = (second: number) => new Date(NOW + second * 1000).toISOString();
    await recordAll(
      store,
      [0, 1, 2, 3].map((second) => aDetection({ camera: 'stretch', plate: `STR${second}`, at: at(second) })),
    );
    const search = { cameras: [camera('stretch')], from: at(1), to: at(3), limit: 10, order: 'asc' } as const;
    expect((await store.list(search)).items.map((item) => item.at)).toEqual([at(1), at(2)]);
    expect((await store.list({ ...search, from: at(3), to: at(1) })).items).toEqual([]);
    const first = await store.list({ ...search, limit: 1 });
    const second = await store.list({ ...search, limit: 1, cursor: first.cursor ?? '' });
    expect(second.items.map((item) => item.at)).toEqual([at(2)]);
  });

  test('fifty cameras are one list, and beyond that a camera must be named', async () => {
    const cameras = Array.from({ length: 50 }, (_, i) => camera(`yard-${i}`));
    await Promise.all(
      cameras.map((id, i) => store.record(aDetection({ camera: id, at: new Date(NOW - i * 1000).toISOString() }))),
    );
    const got = await pagesOf(store, { cameras, limit: 20, order: 'desc' });
    expect(got.flatMap(({ items }) => items.map((item) => item.camera))).toEqual(cameras);
    const tooMany = store.list({ cameras: [...cameras, camera('yard-50')], limit: 20, order: 'desc' });
    await expect(tooMany).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('a plate’s history is found across cameras, and within one', async () => {
    const visits = ['north', 'south', 'north'].map((at, i) =>
      aDetection({ camera: at, plate: '01H777HH', at: new Date(NOW - i * 60_000).toISOString() }),
    );
    await recordAll(store, visits);
    const everywhere = await store.list({ plate: plateOf('01H777HH'), limit: 10, order: 'desc' });
    expect(everywhere.items.map(({ id }) => id)).toEqual(visits.map(({ id }) => id));
    const north = await store.list({
      plate: plateOf('01H777HH'),
      cameras: [camera('north')],
      limit: 10,
      order: 'desc',
    });
    expect(north.items.map((item) => item.camera)).toEqual(['north', 'north']);
  });

  test('a prefix of three characters finds its plates, newest first, and no shorter one is tried', async () => {
    const found = ['30PFX1', '30PFX22', '30PFY3'].map((text, i) =>
      aDetection({ camera: 'prefix', plate: text, at: new Date(NOW - i * 1000).toISOString() }),
    );
    await recordAll(store, [...found, aDetection({ camera: 'prefix', plate: '30QQQ9' })]);
    const all = await pagesOf(store, { prefix: '30P', limit: 2, order: 'desc' });
    expect(all.flatMap(({ items }) => items.map((item) => item.plate))).toEqual(['30PFX1', '30PFX22', '30PFY3']);
    expect(all.every(({ capped }) => !capped)).toBe(true);
    const longer = await store.list({ prefix: '30PFX', limit: 10, order: 'desc' });
    expect(longer.items).toHaveLength(2);
    expect(await store.list({ prefix: '30Z', limit: 10, order: 'desc' })).toEqual({
      items: [],
      cursor: null,
      capped: false,
    });
    await expect(store.list({ prefix: '30', limit: 10, order: 'desc' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('a prefix with more plates than are followed says that it was capped', async () => {
    const plates = Array.from({ length: MAX_PREFIX_PLATES + 1 }, (_, i) => `CAP${String(i).padStart(3, '0')}`);
    await Promise.all(plates.map((text) => store.record(aDetection({ camera: 'cap', plate: text }))));
    const page = await store.list({ prefix: 'CAP', limit: 100, order: 'desc' });
    expect(page).toMatchObject({ capped: true, cursor: null });
    expect(page.items).toHaveLength(MAX_PREFIX_PLATES);
  });

  test('a crash between directory and row is repaired by the redelivery', async () => {
    const read = aDetection({ camera: 'crash', plate: 'CRA5H1' });
    const key = directoryKey(plateOf('CRA5H1'));
    const Item = { ...key, [TABLE.ttl]: NOW / 1000 + 200 * 86_400 };
    await embedded.client.send(new PutCommand({ TableName: embedded.table, Item }));
    const search = { prefix: 'CRA', limit: 5, order: 'desc' } as const;
    expect((await store.list(search)).items).toEqual([]);
    await store.record(read);
    expect((await store.list(search)).items).toHaveLength(1);
  });

  test('a row past its time is gone for readers, though the database has not deleted it yet', async () => {
    const short = detectionStore({ ...embedded, clock, log: silentLog, retentionDays: 30 });
    const read = aDetection({ camera: 'old', plate: 'OLD111' });
    await short.record(read);
    const search = { cameras: [camera('old')], limit: 5, order: 'desc' } as const;
    expect((await short.list(search)).items).toHaveLength(1);
    clock.move(30 * DAY_MS);
    expect(await short.list(search)).toEqual({ items: [], cursor: null, capped: false });
    expect((await short.list({ prefix: 'OLD', limit: 5, order: 'desc' })).items).toEqual([]);
    expect(await short.get(read.id)).toBeNull();
    clock.move(-30 * DAY_MS);
  });

  test('a read stored long ago by a camera with a wrong year is still found', async () => {
    const read = aDetection({ camera: 'wrong-year', at: '2000-01-01T00:00:05.000Z' });
    await store.record(read);
    expect((await store.list({ cameras: [camera('wrong-year')], limit: 5, order: 'desc' })).items).toHaveLength(1);
  });

  test('a plate that came a thousand times to another camera costs one page a bounded search, not an endless one', async () => {
    const home = plateOf('RGL777');
    const expiry = NOW / 1000 + 86_400;
    const entries = Array.from({ length: 1_010 }, (_, i) => {
      const visit = aDetection({ camera: 'yard', plate: home, at: new Date(NOW - i * 1000).toISOString() });
      const index = { [HISTORY.partitionKey]: platePartition(home), [HISTORY.sortKey]: momentKey(visit) };
      return { PutRequest: { Item: { ...detectionKey(visit.id), ...index, camera: 'yard', [TABLE.ttl]: expiry } } };
    });
    while (entries.length > 0) {
      const RequestItems = { [embedded.table]: entries.splice(0, 25) };
      await embedded.client.send(new BatchWriteCommand({ RequestItems }));
    }
    const atGate = aDetection({ camera: 'dock', plate: home, at: new Date(NOW - 2_000_000).toISOString() });
    await store.record(atGate);
    const got = await pagesOf(store, { plate: home, cameras: [camera('dock')], limit: 5, order: 'desc' });
    expect(got.map(({ items }) => items.map(({ id }) => id))).toEqual([[], [atGate.id]]);
  });

  test('a damaged row is told of and does not hide its neighbours', async () => {
    const events: string[] = [];
    const careful = detectionStore({ ...embedded, clock, log: { ...silentLog, error: (event) => events.push(event) } });
    const [good, bad] = [
      aDetection({ camera: 'damage', plate: 'GOOD1' }),
      aDetection({ camera: 'damage', plate: 'BAD1' }),
    ];
    await careful.record(good);
    await careful.record(bad);
    const Item = { ...(await rawRow(bad)), capturedAt: 'yesterday' };
    await embedded.client.send(new PutCommand({ TableName: embedded.table, Item }));
    const { items } = await careful.list({ cameras: [camera('damage')], limit: 5, order: 'desc' });
    expect(items.map(({ id }) => id)).toEqual([good.id]);
    expect(events).toEqual(['detection.unreadable']);
    await expect(careful.get(bad.id)).rejects.toMatchObject({ name: 'Broken' });
  });

  test('a cursor goes on only with its own search, also in another process', async () => {
    await recordAll(store, crowd(['cursor'], 6));
    const search = { cameras: [camera('cursor')], limit: 2, order: 'desc' } as const;
    const { cursor } = await store.list(search);
    const other = detectionStore({ ...embedded, clock, log: silentLog });
    expect((await other.list({ ...search, cursor: cursor ?? '' })).items).toHaveLength(2);
    for (const foreign of [
      { ...search, order: 'asc' as const, cursor: cursor ?? '' },
      { ...search, cameras: [camera('gate')], cursor: cursor ?? '' },
      { ...search, cursor: `${cursor}x` },
    ]) {
      await expect(store.list(foreign)).rejects.toMatchObject({ name: 'Rejected', code: 'invalid_request' });
    }
  });
});

/** `count` reads over `cameras`, four to each second. */
function crowd(cameras: readonly string[], count: number): Detection[] {
  return Array.from({ length: count }, (_, i) =>
    aDetection({
      camera: cameras[i % cameras.length] ?? 'gate',
      plate: `CRW${i}`,
      at: new Date(NOW - Math.floor(i / 4) * 1000).toISOString(),
    }),
  );
}
