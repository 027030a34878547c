import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a folder', () => {
  test('is made with its parents, for the owner only where that is asked', async () => {
    const path = join(folder, 'state', 'guard');
    await makeFolder(path, { mode: 0o700 });
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  test('that is there is left as it is, also by many at once', async () => {
    const path = join(folder, 'state', 'guard');
    await Promise.all(Array.from({ length: 10 }, () => makeFolder(path)));
    await writeFile(join(path, 'row'), 'kept');
    await makeFolder(`${path}/`);
    expect((await stat(join(path, 'row'))).size).toBe(4);
  });

  test('in the place of a file, or below one, is refused', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(file, 'state'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  test.runIf(process.platform === 'linux')('where the system makes none is refused at once', async () => {
    await expect(makeFolder('/proc/gate-camera/state')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
