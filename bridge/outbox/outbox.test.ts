import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import { systemClock } from '../../shared/support/clock.ts';
import { Broken, Rejected } from '../../shared/support/errors.ts';
import { silentLog } from '../../shared/support/log.ts';
import { systemDisk } from './disk.ts';
import {
  hurriedClock,
  PLENTY_BYTES,
  readWithPictures,
  recordingLog,
  smallDisk,
  type TemporaryFolder,
  temporaryFolder,
} from './outbox.fixture.ts';
import { type Outbox, type OutboxOptions, openOutbox } from './outbox.ts';
import type { Tray } from './tray.ts';

let folder: TemporaryFolder;
let open: Outbox[];
beforeEach(async () => {
  folder = await temporaryFolder();
  open = [];
});
afterEach(async () => {
  for (const outbox of open) await outbox.close();
  await folder.remove();
});

async function outboxOf(options: Partial<OutboxOptions> = {}): Promise<Outbox> {
  const defaults = { folder: folder.path, quotaBytes: PLENTY_BYTES, clock: systemClock, log: silentLog };
  const outbox = await openOutbox({ ...defaults, ...options });
  open.push(outbox);
  return outbox;
}

/** The ids in a tray, oldest first. */
async function idsIn(tray: Tray): Promise<string[]> {
  const entries = tray.take(1000).toSorted((a, b) => a.seq - b.seq);
  const contents = await Promise.all(entries.map((entry) => tray.read(entry)));
  for (const entry of entries) tray.putBack(entry);
  return contents.map((found) => found?.detection.id ?? 'corrupt');
}

async function filesIn(name: string): Promise<string[]> {
  return (await readdir(join(folder.path, name))).toSorted();
}

test('a read is acknowledged only when its bytes, then its name, are on the device', async () => {
  const steps: string[] = [];
  const note = async (step: string, work: Promise<void>): Promise<void> => {
    steps.push(`${step} begins`);
    await work;
    steps.push(`${step} done`);
  };
  const disk = {
    ...systemDisk,
    write: (path: string, bytes: Uint8Array) => note('write', systemDisk.write(path, bytes)),
    rename: (from: string, to: string) => note('rename', systemDisk.rename(from, to)),
    syncFolder: (path: string) => note(`sync ${basename(path)}`, systemDisk.syncFolder(path)),
  };
  const recorded = await outboxOf({ disk });
  steps.length = 0;
  await recorded.addRead(sampleDetection(1));
  steps.push('acknowledged');
  const order = ['write', 'rename', 'sync reads'].flatMap((step) => [`${step} begins`, `${step} done`]);
  expect(steps).toEqual([...order, 'acknowledged']);
});

describe('across a restart', () => {
  test('reads and pictures are there as they were, oldest first', async () => {
    const before = await outboxOf();
    const { read, bytesByKey } = readWithPictures(3);
    await before.addRead(sampleDetection(1));
    await before.addRead(sampleDetection(2));
    await before.addPictures(read, bytesByKey);
    const depth = before.depth();
    await before.close();

    const after = await outboxOf();
    expect(await idsIn(after.trays.reads)).toEqual([sampleDetection(1).id, sampleDetection(2).id]);
    const [entry] = after.trays.pictures.take(1);
    expect(entry && (await after.trays.pictures.read(entry))).toEqual({
      detection: read,
      pictures: [...bytesByKey.values()],
    });
    expect(after.depth()).toEqual(depth);
    expect(depth).toMatchObject({ reads: 2, pictures: 1, dropped: 0, bad: 0 });
  });

  test('what was half written is swept, and other programs keep their files', async () => {
    await (await outboxOf()).close();
    await writeFile(join(folder.path, 'reads', '1763805600000000-900-0.entry.tmp'), 'half a re');
    await writeFile(join(folder.path, 'pictures', '1763805600000000-900-2.entry.tmp'), '');
    await writeFile(join(folder.path, 'reads', '.DS_Store'), 'the Finder was here');
    const outbox = await outboxOf();
    expect(outbox.depth()).toMatchObject({ reads: 0, pictures: 0, bytes: 0 });
    expect(await filesIn('reads')).toEqual(['.DS_Store']);
    expect(await filesIn('pictures')).toEqual([]);
  });

  test('a clock that went backwards does not put new reads before old ones', async () => {
    const late = await outboxOf({ clock: { now: () => Date.UTC(2030, 0, 1) } });
    await late.addRead(sampleDetection(1));
    await late.close();
    const early = await outboxOf({ clock: { now: () => Date.UTC(2026, 0, 1) } });
    await early.addRead(sampleDetection(2));
    expect(await idsIn(early.trays.reads)).toEqual([sampleDetection(1).id, sampleDetection(2).id]);
  });
});

describe('a file that cannot be trusted', () => {
  test('is set aside and counted, its neighbours are not touched, and a restart remembers it', async () => {
    const log = recordingLog();
    const outbox = await outboxOf({ log });
    for (const n of [1, 2, 3]) await outbox.addRead(sampleDetection(n));
    const [first = '', second = ''] = await filesIn('reads');
    await writeFile(
      join(folder.path, 'reads', second),
      (await readFile(join(folder.path, 'reads', second))).subarray(9),
    );

    expect(await idsIn(outbox.trays.reads)).toEqual([sampleDetection(1).id, 'corrupt', sampleDetection(3).id]);
    expect(outbox.depth()).toMatchObject({ reads: 2, bad: 1 });
    expect(await filesIn('bad')).toEqual([`reads-${second}`]);
    expect(log.lines).toEqual([
      { event: 'outbox.entry.bad', fields: { tray: 'reads', file: second, why: 'no header' } },
    ]);
    const { bytes } = outbox.depth();
    await outbox.close();

    const after = await outboxOf();
    expect(after.depth()).toMatchObject({ reads: 2, bad: 1, bytes });
    expect(await filesIn('reads')).toContain(first);
  });

  test('is forgotten aloud when somebody removed it', async () => {
    const log = recordingLog();
    const outbox = await outboxOf({ log });
    await outbox.addRead(sampleDetection(1));
    const [name = ''] = await filesIn('reads');
    await rename(join(folder.path, 'reads', name), join(folder.path, 'elsewhere'));
    expect(await idsIn(outbox.trays.reads)).toEqual(['corrupt']);
    expect(outbox.depth().reads).toBe(0);
    expect(log.events()).toEqual(['outbox.entry.lost']);
  });
});

describe('the quota', () => {
  const SCENE_BYTES = 10_000;
  const roomFor = (count: number): number => count * (SCENE_BYTES + 2000);

  test('drops the oldest pictures first, keeps every read, and says how many it dropped', async () => {
    const log = recordingLog();
    const clock = hurriedClock();
    const outbox = await outboxOf({ quotaBytes: roomFor(3), log, clock });
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
    expect(await filesIn('pictures')).toHaveLength(depth.pictures);
    expect(depth.pictures).toBeGreaterThan(0);
  });

  test('says so once a minute however often it drops, and tells the rest at the end', async () => {
    const log = recordingLog();
    const clock = hurriedClock();
    const outbox = await outboxOf({ quotaBytes: roomFor(1), log, clock });
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
    const outbox = await outboxOf({ quotaBytes: 1500 });
    const { read, bytesByKey } = readWithPictures(0, 100);
    await outbox.addPictures(read, bytesByKey);
    expect(outbox.depth().pictures).toBe(1);
    for (let n = 1; n <= 20; n += 1) await outbox.addRead(sampleDetection(n));
    expect(outbox.depth()).toMatchObject({ reads: 20, pictures: 0, dropped: 2 });
  });

  test('gives up pictures that would never fit instead of dropping all others for them', async () => {
    const outbox = await outboxOf({ quotaBytes: roomFor(2) });
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
    const outbox = await outboxOf({ disk: smallDisk(room) });
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
    const outbox = await outboxOf({ disk: smallDisk(room) });
    const add = outbox.addRead(sampleDetection(1));
    await expect(add).rejects.toThrow(Broken);
    await expect(add).rejects.toThrow('could not keep a read on disk: ENOSPC: no space left on device');
    expect(outbox.depth()).toMatchObject({ reads: 0, bytes: 0 });
    expect(await filesIn('reads')).toEqual([]);
    room.bytes = 10_000;
    await outbox.addRead(sampleDetection(1));
    expect(outbox.depth().reads).toBe(1);
  });
});

describe('one folder', () => {
  test('belongs to one outbox at a time', async () => {
    const first = await outboxOf();
    await expect(outboxOf()).rejects.toMatchObject({ name: 'Rejected', code: 'conflict' });
    await first.addRead(sampleDetection(1));
    await first.close();
    expect((await outboxOf()).depth().reads).toBe(1);
  });

  test('that cannot be made is Broken', async () => {
    await writeFile(join(folder.path, 'a-file'), '');
    await expect(outboxOf({ folder: join(folder.path, 'a-file') })).rejects.toThrow(Broken);
  });

  test('takes nothing after it was closed', async () => {
    const outbox = await outboxOf();
    await outbox.close();
    await expect(outbox.addRead(sampleDetection(1))).rejects.toThrow('the outbox is closed');
  });

  test('closes only when what is being written is safe', async () => {
    const outbox = await outboxOf();
    const adds = Array.from({ length: 30 }, (_, n) => outbox.addRead(sampleDetection(n)));
    await outbox.close();
    await Promise.all(adds);
    expect((await outboxOf()).depth().reads).toBe(30);
  });
});

test('a picture whose bytes are not the claimed ones is refused before it is kept', async () => {
  const outbox = await outboxOf();
  const { read, bytesByKey } = readWithPictures(1);
  await expect(outbox.addPictures(read, new Map())).rejects.toThrow(Rejected);
  bytesByKey.set(read.pictures[0]?.key ?? '', Buffer.alloc(3));
  await expect(outbox.addPictures(read, bytesByKey)).rejects.toThrow('the bytes of plate do not fit its claim');
  expect(outbox.depth().pictures).toBe(0);
});

test('no plate stands in a file name', async () => {
  const outbox = await outboxOf();
  const { read, bytesByKey } = readWithPictures(1);
  await outbox.addRead(read);
  await outbox.addPictures(read, bytesByKey);
  const names = await readdir(folder.path, { recursive: true });
  expect(names.length).toBeGreaterThan(4);
  expect(names.filter((name) => name.includes('GC1'))).toEqual([]);
});
