import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
      'take-settings.mjs',
      'install-mediamtx.mjs',
      'host',
      'LICENSE',
    ]),
  );
  expect(await readFile(join(bundle.folder, 'VERSION'), 'utf8')).toBe(`${bundle.hash}\n`);
  expect(await readdir(join(bundle.folder, 'host'))).toEqual(
    expect.arrayContaining(['README.md', 'camera-guide.md', 'install.sh', 'units', 'proxy', 'identity']),
  );
});

test('nothing in it tells of the machine that built it', async () => {
  const programs = (await readdir(bundle.folder)).filter((name) => name.endsWith('.mjs'));
  for (const program of programs) expect(await readFile(join(bundle.folder, program), 'utf8')).not.toContain(PROJECT);
});

test('whatever it tells somebody at the gate to run or read is in it', async () => {
  const told = ['README.md', 'units/gate-camera-bridge.service'].map((name) => join(bundle.folder, 'host', name));
  const text = (await Promise.all(told.map((path) => readFile(path, 'utf8')))).join('\n');
  const paths = [...text.matchAll(/\/opt\/gate-camera\/current\/([\w./-]*\w)/g)].map(([, path = '']) => path);
  const links = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map(([, path = '']) => join('host', path));
  expect(paths.length).toBeGreaterThan(2);
  expect(links.length).toBeGreaterThan(2);
  for (const path of [...paths, ...links]) await expect(stat(join(bundle.folder, path))).resolves.toBeDefined();
});
