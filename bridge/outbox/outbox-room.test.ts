// What the outbox gives up when room runs out, by its own quota or because the disk is full.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import { Broken } from '../../shared/support/errors.ts';
import {
  hurriedClock,
  idsIn,
  type OutboxFolder,
  outboxFolder,
  readWithPictures,
  recordingLog,
  smallDisk,
} from './outbox.fixture.ts';

let folder: OutboxFolder;
beforeEach(async () => {
  folder = await outboxFolder();
});
afterEach(() => folder.remove());

describe('the quota', () => {
  const SCENE_BYTES = 10_000;
  const roomFor = (count: number): number => count * (SCENE_BYTES + 2000);

  test('drops the oldest pictures first, keeps every read, and says how many it dropped', async () => {
    const log = recordingLog();
    const clock = hurriedClock();
    const outbox = await folder.open({ quotaBytes: roomFor(3), log, clock });
    for (const n of [1, 2, 3, 4, 5]) {
      const { read, bytesByKey } = readWithPictures(n, SCENE_BYTES);
      await outbox.addRead(sampleDetection(n));
      await outbox.addPictures(read, bytesByKey);
    }
    const depth = outbox.depth();
    expect(depth.reads).toBe(5);
    expect(depth.bytes).toBeLessThanOrEqual(roomFor(3));
    expect(depth.dropped).toBe(2 * (5 - depth.pictures));
    expect(await idsIn(outbox.trays.pictures)).toEqual(
      [1, 2, 3, 4, 5].slice(5 - depth.pictures).map((n) => sampleDetection(n).id),
    );
    expect(await folder.files('pictures')).toHaveLength(depth.pictures);
    expect(depth.pictures).toBeGreaterThan(0);
  });

  test('says so once a minute however often it drops, and tells the rest at the end', async () => {
    const log = recordingLog();
    const clock = hurriedClock();
    const outbox = await folder.open({ quotaBytes: roomFor(1), log, clock });
    const add = async (n: number): Promise<void> => {
      const { read, bytesByKey } = readWithPictures(n, SCENE_BYTES);
      await outbox.addPictures(read, bytesByKey);
    };
    for (const n of [1, 2, 3, 4]) await add(n);
    expect(log.lines.map(({ fields }) => fields.pictures)).toEqual([2]);
    await clock.sleep(60_000);
    await add(5);
    expect(log.lines.map(({ fields }) => fields.pictures)).toEqual([2, 6]);
    await add(6);
    await outbox.close();
    expect(log.lines.map(({ event, fields }) => [event, fields.pictures, fields.total])).toEqual([
      ['outbox.pictures.dropped', 2, 2],
      ['outbox.pictures.dropped', 6, 8],
      ['outbox.pictures.dropped', 2, 10],
    ]);
  });

  test('never makes a read wait or go, even when reads alone are above it', async () => {
    const outbox = await folder.open({ quotaBytes: 1500 });
    const { read, bytesByKey } = readWithPictures(0, 100);
    await outbox.addPictures(read, bytesByKey);
    expect(outbox.depth().pictures).toBe(1);
    for (let n = 1; n <= 20; n += 1) await outbox.addRead(sampleDetection(n));
    expect(outbox.depth()).toMatchObject({ reads: 20, pictures: 0, dropped: 2 });
  });

  test('gives up pictures that would never fit instead of dropping all others for them', async () => {
    const outbox = await folder.open({ quotaBytes: roomFor(2) });
    const small = readWithPictures(1, SCENE_BYTES);
    await outbox.addPictures(small.read, small.bytesByKey);
    const huge = readWithPictures(2, roomFor(3));
    await outbox.addPictures(huge.read, huge.bytesByKey);
    expect(await idsIn(outbox.trays.pictures)).toEqual([small.read.id]);
    expect(outbox.depth().dropped).toBe(2);
  });
});

describe('a full disk', () => {
  test('costs the oldest pictures, not the read that comes now', async () => {
    const room = { bytes: 40_000 };
    const outbox = await folder.open({ disk: smallDisk(room) });
    for (const n of [1, 2, 3]) {
      const { read, bytesByKey } = readWithPictures(n, 11_000);
      await outbox.addPictures(read, bytesByKey);
    }
    let added = 0;
    for (; outbox.depth().pictures > 0; added += 1) await outbox.addRead(sampleDetection(100 + added));
    expect(added).toBeGreaterThan(10);
    expect(outbox.depth()).toMatchObject({ reads: added, dropped: 6 });
  });

  test('with nothing left to drop is told to the caller, leaves no half file, and heals by itself', async () => {
    const room = { bytes: 0 };
    const outbox = await folder.open({ disk: smallDisk(room) });
    const add = outbox.addRead(sampleDetection(1));
    await expect(add).rejects.toThrow(Broken);
    await expect(add).rejects.toThrow('could not keep a read on disk: ENOSPC: no space left on device');
    expect(outbox.depth()).toMatchObject({ reads: 0, bytes: 0 });
    expect(await folder.files('reads')).toEqual([]);
    room.bytes = 10_000;
    await outbox.addRead(sampleDetection(1));
    expect(outbox.depth().reads).toBe(1);
  });
});
