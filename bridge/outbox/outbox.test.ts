import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import { Broken, Rejected } from '../../shared/support/errors.ts';
import { systemDisk } from './disk.ts';
import { idsIn, type OutboxFolder, outboxFolder, readWithPictures, recordingLog } from './outbox.fixture.ts';

let folder: OutboxFolder;
beforeEach(async () => {
  folder = await outboxFolder();
});
afterEach(() => folder.remove());

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
  const recorded = await folder.open({ disk });
  steps.length = 0;
  await recorded.addRead(sampleDetection(1));
  steps.push('acknowledged');
  const order = ['write', 'rename', 'sync reads'].flatMap((step) => [`${step} begins`, `${step} done`]);
  expect(steps).toEqual([...order, 'acknowledged']);
});

describe('across a restart', () => {
  test('reads and pictures are there as they were, oldest first', async () => {
    const before = await folder.open();
    const { read, bytesByKey } = readWithPictures(3);
    await before.addRead(sampleDetection(1));
    await before.addRead(sampleDetection(2));
    await before.addPictures(read, bytesByKey);
    const depth = before.depth();
    await before.close();

    const after = await folder.open();
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
    await (await folder.open()).close();
    await writeFile(join(folder.path, 'reads', '1763805600000000-900-0.entry.tmp'), 'half a re');
    await writeFile(join(folder.path, 'pictures', '1763805600000000-900-2.entry.tmp'), '');
    await writeFile(join(folder.path, 'reads', '.DS_Store'), 'the Finder was here');
    const outbox = await folder.open();
    expect(outbox.depth()).toMatchObject({ reads: 0, pictures: 0, bytes: 0 });
    expect(await folder.files('reads')).toEqual(['.DS_Store']);
    expect(await folder.files('pictures')).toEqual([]);
  });

  test('a clock that went backwards does not put new reads before old ones', async () => {
    const late = await folder.open({ clock: { now: () => Date.UTC(2030, 0, 1) } });
    await late.addRead(sampleDetection(1));
    await late.close();
    const early = await folder.open({ clock: { now: () => Date.UTC(2026, 0, 1) } });
    await early.addRead(sampleDetection(2));
    expect(await idsIn(early.trays.reads)).toEqual([sampleDetection(1).id, sampleDetection(2).id]);
  });
});

describe('a file that cannot be trusted', () => {
  test('is set aside and counted, its neighbours are not touched, and a restart remembers it', async () => {
    const log = recordingLog();
    const outbox = await folder.open({ log });
    for (const n of [1, 2, 3]) await outbox.addRead(sampleDetection(n));
    const [first = '', second = ''] = await folder.files('reads');
    await writeFile(
      join(folder.path, 'reads', second),
      (await readFile(join(folder.path, 'reads', second))).subarray(9),
    );

    expect(await idsIn(outbox.trays.reads)).toEqual([sampleDetection(1).id, 'corrupt', sampleDetection(3).id]);
    expect(outbox.depth()).toMatchObject({ reads: 2, bad: 1 });
    expect(await folder.files('bad')).toEqual([`reads-${second}`]);
    expect(log.lines).toEqual([
      { event: 'outbox.entry.bad', fields: { tray: 'reads', file: second, why: 'no header' } },
    ]);
    const { bytes } = outbox.depth();
    await outbox.close();

    const after = await folder.open();
    expect(after.depth()).toMatchObject({ reads: 2, bad: 1, bytes });
    expect(await folder.files('reads')).toContain(first);
  });

  test('is told before it is set aside: a read, since its camera may remember it, and no picture', async () => {
    const bad: string[][] = [];
    const outbox = await folder.open({ onDamaged: async () => void bad.push(await folder.files('bad')) });
    const { read, bytesByKey } = readWithPictures(2);
    await outbox.addRead(sampleDetection(1));
    await outbox.addPictures(read, bytesByKey);
    for (const tray of ['reads', 'pictures']) {
      const [name = ''] = await folder.files(tray);
      await writeFile(join(folder.path, tray, name), 'damaged');
    }
    expect(await idsIn(outbox.trays.pictures)).toEqual(['corrupt']);
    expect(bad).toEqual([]);
    const [picture] = await folder.files('bad');
    expect(await idsIn(outbox.trays.reads)).toEqual(['corrupt']);
    expect(bad).toEqual([[picture]]);
  });

  test('is set aside all the same where nobody can be told', async () => {
    const log = recordingLog();
    const outbox = await folder.open({ log, onDamaged: () => Promise.reject(new Error('no space left')) });
    await outbox.addRead(sampleDetection(1));
    const [name = ''] = await folder.files('reads');
    await writeFile(join(folder.path, 'reads', name), 'damaged');
    expect(await idsIn(outbox.trays.reads)).toEqual(['corrupt']);
    expect(log.events()).toEqual(['outbox.damage.untold', 'outbox.entry.bad']);
  });

  test('is set aside, and said once, where it is a folder that bears the name of something half written', async () => {
    await (await folder.open()).close();
    await mkdir(join(folder.path, 'reads', 'x.entry.tmp'));
    for (const events of [['outbox.leftover.bad'], []]) {
      const log = recordingLog();
      const outbox = await folder.open({ log });
      expect(log.events()).toEqual(events);
      expect([await folder.files('reads'), await folder.files('bad')]).toEqual([[], ['reads-x.entry.tmp']]);
      await outbox.close();
    }
  });

  test('is forgotten aloud when somebody removed it', async () => {
    const log = recordingLog();
    const outbox = await folder.open({ log });
    await outbox.addRead(sampleDetection(1));
    const [name = ''] = await folder.files('reads');
    await rename(join(folder.path, 'reads', name), join(folder.path, 'elsewhere'));
    expect(await idsIn(outbox.trays.reads)).toEqual(['corrupt']);
    expect(outbox.depth().reads).toBe(0);
    expect(log.events()).toEqual(['outbox.entry.lost']);
  });
});

describe('one folder', () => {
  test('belongs to one outbox at a time', async () => {
    const first = await folder.open();
    await expect(folder.open()).rejects.toMatchObject({ name: 'Rejected', code: 'conflict' });
    await first.addRead(sampleDetection(1));
    await first.close();
    expect((await folder.open()).depth().reads).toBe(1);
  });

  test('that cannot be made is Broken', async () => {
    await writeFile(join(folder.path, 'a-file'), '');
    await expect(folder.open({ folder: join(folder.path, 'a-file') })).rejects.toThrow(Broken);
  });

  test('takes nothing after it was closed', async () => {
    const outbox = await folder.open();
    await outbox.close();
    await expect(outbox.addRead(sampleDetection(1))).rejects.toThrow('the outbox is closed');
  });

  test('closes only when what is being written is safe', async () => {
    const outbox = await folder.open();
    const adds = Array.from({ length: 30 }, (_, n) => outbox.addRead(sampleDetection(n)));
    await outbox.close();
    await Promise.all(adds);
    expect((await folder.open()).depth().reads).toBe(30);
  });
});

test('a picture whose bytes are not the claimed ones is refused before it is kept', async () => {
  const outbox = await folder.open();
  const { read, bytesByKey } = readWithPictures(1);
  await expect(outbox.addPictures(read, new Map())).rejects.toThrow(Rejected);
  bytesByKey.set(read.pictures[0]?.key ?? '', Buffer.alloc(3));
  await expect(outbox.addPictures(read, bytesByKey)).rejects.toThrow('the bytes of plate do not fit its claim');
  expect(outbox.depth().pictures).toBe(0);
});

test('no plate stands in a file name', async () => {
  const outbox = await folder.open();
  const { read, bytesByKey } = readWithPictures(1);
  await outbox.addRead(read);
  await outbox.addPictures(read, bytesByKey);
  const names = await readdir(folder.path, { recursive: true });
  expect(names.length).toBeGreaterThan(4);
  expect(names.filter((name) => name.includes('GC1'))).toEqual([]);
});
