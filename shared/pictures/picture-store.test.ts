// What every PictureStore promises, held against both of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../support/clock.ts';
import { Secret } from '../support/secret.ts';
import { openBucket } from './bucket.fixture.ts';
import { folderPictureStore } from './folder-picture-store.ts';
import type { PictureStore } from './picture-store.ts';
import { s3PictureStore } from './s3-picture-store.ts';

const KEY = 'pictures/gate/2026/11/22/aaaaaaaaaaaaaaaaaaaaaaaaaa/scene-00112233445566778899aabbccddeeff.jpg';
const SCENE = Buffer.alloc(300_000, 'lane');

type Harness = { store: PictureStore; get(url: string): Promise<Uint8Array>; close(): Promise<void> };

async function bucketHarness(): Promise<Harness> {
  const bucket = await openBucket();
  return {
    store: s3PictureStore({ client: bucket.client, bucket: bucket.name }),
    get: async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer()),
    close: () => bucket.close(),
  };
}

async function folderHarness(): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'pictures-'));
  const signingKey = new Secret('a key for tests');
  const baseUrl = 'http://127.0.0.1:8787/pictures';
  const store = folderPictureStore({ folder, baseUrl, signingKey, clock: systemClock });
  return { store, get: (url) => store.read(url), close: () => rm(folder, { recursive: true }) };
}

describe.each([
  ['a bucket', bucketHarness],
  ['a folder', folderHarness],
])('pictures in %s', (_, open) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await open();
  });
  afterEach(() => harness.close());

  test('a picture that was put is what its URL gives', async () => {
    await harness.store.put(KEY, SCENE, 'image/jpeg');
    const got = await harness.get(await harness.store.url(KEY, 300));
    expect(Buffer.compare(SCENE, got)).toBe(0);
  });

  test('the second road brings the same picture, and that is success', async () => {
    await harness.store.put(KEY, SCENE, 'image/jpeg');
    await harness.store.put(KEY, SCENE, 'image/jpeg');
    await Promise.all([harness.store.put(KEY, SCENE, 'image/jpeg'), harness.store.put(KEY, SCENE, 'image/jpeg')]);
    expect(Buffer.compare(SCENE, await harness.get(await harness.store.url(KEY, 300)))).toBe(0);
  });
});
