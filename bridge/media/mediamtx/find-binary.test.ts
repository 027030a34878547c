import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findBinary } from './find-binary.ts';
import { temporaryFolder } from './media-server.fixture.ts';

const cleaning: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});

async function folderHere(): Promise<string> {
  const { folder, remove } = await temporaryFolder();
  cleaning.push(remove);
  return folder;
}

describe('finding MediaMTX', () => {
  test('MEDIAMTX_BIN before the PATH before the one that was installed', async () => {
    const folder = await folderHere();
    const programOf = async (place: string, version: string) => {
      await mkdir(join(folder, place));
      const path = join(folder, place, 'mediamtx');
      await writeFile(path, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
      return path;
    };
    const named = await programOf('named', 'v1.18.0');
    await programOf('on-path', 'v1.19.3');
    await programOf('installed', 'v1.16.1');
    const installFolder = join(folder, 'installed');
    const path = `.:relative:${join(folder, 'nothing')}:${join(folder, 'on-path')}`;
    const versions = [
      await findBinary({ binary: named, path, installFolder }),
      await findBinary({ binary: undefined, path, installFolder }),
      await findBinary({ binary: undefined, path: undefined, installFolder }),
    ].map(({ version }) => version.join('.'));
    expect(versions).toEqual(['1.18.0', '1.19.3', '1.16.1']);
  });

  test('a program that is replaced is asked for its version again', async () => {
    const folder = await folderHere();
    const binary = join(folder, 'mediamtx');
    const versions: string[] = [];
    for (const version of ['v1.16.1', 'v1.16.1', 'v1.20.1']) {
      await writeFile(`${binary}.new`, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
      await rename(`${binary}.new`, binary);
      versions.push((await findBinary({ binary, path: '', installFolder: folder })).version.join('.'));
    }
    expect(versions).toEqual(['1.16.1', '1.16.1', '1.20.1']);
  });

  test.each([
    ['echo v1.16.0', /it crashes with cameras/],
    ['echo v1.9.3', /too old/],
    ['echo hello', /tells no version of MediaMTX/],
    ['echo cannot open shared object >&2; exit 127', /could not ask .* for its version/],
  ])('a program that does %j is not run', async (script, why) => {
    const folder = await folderHere();
    const binary = join(folder, 'mediamtx');
    await writeFile(binary, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await expect(findBinary({ binary, path: '', installFolder: folder })).rejects.toThrow(why);
  });

  test('nowhere: it says how to get it', async () => {
    const folder = await folderHere();
    await expect(findBinary({ binary: undefined, path: folder, installFolder: folder })).rejects.toThrow(
      /neither in MEDIAMTX_BIN nor on the PATH nor installed here; `npm run install-mediamtx` fetches it/,
    );
  });
});
