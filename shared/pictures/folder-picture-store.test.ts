import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Rejected } from '../support/errors.ts';
import { Secret } from '../support/secret.ts';
import { type FolderPictureStore, folderPictureStore } from './folder-picture-store.ts';

const KEY = 'pictures/gate/2026/11/22/aaaaaaaaaaaaaaaaaaaaaaaaaa/scene-00112233445566778899aabbccddeeff.jpg';
const PICTURE = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);

let outer: string;
let now: number;
let store: FolderPictureStore;

function storeAt(baseUrl: string): FolderPictureStore {
  const clock = { now: () => now, sleep: async () => {} };
  return folderPictureStore({ folder: join(outer, 'inside'), baseUrl, signingKey: new Secret('key'), clock });
}

beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), 'pictures-'));
  now = Date.UTC(2026, 10, 22);
  store = storeAt('http://127.0.0.1:8787/pictures/');
  await store.put(KEY, PICTURE, 'image/jpeg');
  await writeFile(join(outer, 'secret.txt'), 'not for the browser');
});
afterEach(() => rm(outer, { recursive: true }));

test('a link works as it was given, and as the path and query that a server sees', async () => {
  const link = await store.url(KEY, 60);
  expect(await store.read(link)).toEqual(PICTURE);
  const { pathname, search } = new URL(link);
  expect(await store.read(pathname + search)).toEqual(PICTURE);
});

test('a link under a bare path works too', async () => {
  const bare = storeAt('/api/gate/pictures');
  const link = await bare.url(KEY, 60);
  expect(link.startsWith('/api/gate/pictures/pictures/gate/')).toBe(true);
  expect(await bare.read(link)).toEqual(PICTURE);
});

test('a link dies when its time is up', async () => {
  const link = await store.url(KEY, 60);
  now += 59_999;
  expect(await store.read(link)).toEqual(PICTURE);
  now += 1;
  await expect(store.read(link)).rejects.toMatchObject({ name: 'Rejected', code: 'forbidden' });
});

test('nobody stretches a link: any changed character of it is refused', async () => {
  const link = await store.url(KEY, 60);
  const start = link.indexOf('/pictures/') + 1;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: start, max: link.length - 1 }),
      fc.constantFrom(...'abcdef0123456789/.'),
      async (at, by) => {
        fc.pre(link[at] !== by);
        await expect(store.read(link.slice(0, at) + by + link.slice(at + 1))).rejects.toThrow(Rejected);
      },
    ),
  );
});

test('a picture that is gone is not found', async () => {
  const link = await store.url('pictures/gate/never-put.jpg', 60);
  await expect(store.read(link)).rejects.toMatchObject({ code: 'not_found' });
});

test('no key, however signed, leaves the folder', async () => {
  const escapes = [
    '../secret.txt',
    'a/../../secret.txt',
    '/etc/hostname',
    '..',
    '.hidden',
    'a//b',
    'a/./b',
    'a\0b',
    '',
  ];
  for (const key of escapes) {
    await expect(store.url(key, 60), key).rejects.toThrow(Rejected);
    await expect(store.put(key, PICTURE, 'image/jpeg'), key).rejects.toThrow(Rejected);
  }
});

test('any text asked for as a link is refused calmly', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.webPath(), fc.webUrl()), async (link) => {
      await expect(store.read(link)).rejects.toThrow(Rejected);
    }),
  );
});

test('no temporary file stays behind', async () => {
  await Promise.all(Array.from({ length: 10 }, () => store.put('pictures/b.jpg', PICTURE, 'image/jpeg')));
  const names = await readdir(outer, { recursive: true });
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(names.filter((name) => name.endsWith('b.jpg'))).toHaveLength(1);
});
