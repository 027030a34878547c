import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, buildBundle } from './build-bundle.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

let out: string;
let bundle: Bundle;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'gate-bundle-'));
  await mkdir(join(out, 'one'));
  bundle = await buildBundle(join(out, 'one'));
});
afterAll(() => rm(out, { recursive: true, force: true }));

test('the same sources give the same bytes and name wherever they are written, and older ones go', async () => {
  await mkdir(join(out, 'other'));
  await writeFile(join(out, 'other', 'gate-camera-bridge-0123456789abcdef.tar.gz'), 'of older sources');
  const again = await buildBundle(join(out, 'other'));
  expect(again.hash).toBe(bundle.hash);
  expect(basename(again.archive)).toBe(`gate-camera-bridge-${bundle.hash}.tar.gz`);
  expect((await readFile(again.archive)).equals(await readFile(bundle.archive))).toBe(true);
  expect((await readdir(join(out, 'other'))).toSorted()).toEqual(['gate-camera-bridge', basename(again.archive)]);
});

test('it is one file for each process, what installs them, and the release’s name', async () => {
  const entries = await readdir(bundle.folder);
  expect(entries).toEqual(
    expect.arrayContaining([
      'bridge.mjs',
      'media.mjs',
      'watch-door.mjs',
      'check-config.mjs',
      'install-mediamtx.mjs',
      'host',
      'LICENSE',
    ]),
  );
  expect(await readFile(join(bundle.folder, 'VERSION'), 'utf8')).toBe(`${bundle.hash}\n`);
  expect(await readdir(join(bundle.folder, 'host'))).toEqual(
    expect.arrayContaining(['README.md', 'install.sh', 'units', 'proxy', 'identity']),
  );
});

test('nothing in it tells of the machine that built it', async () => {
  const programs = (await readdir(bundle.folder)).filter((name) => name.endsWith('.mjs'));
  for (const program of programs) expect(await readFile(join(bundle.folder, program), 'utf8')).not.toContain(PROJECT);
});
