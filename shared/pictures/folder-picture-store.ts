// The one-machine stand-in for the bucket: plain files, and URLs that this process signs and serves itself.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Clock } from '../support/clock.ts';
import { Broken, Rejected, reasonOf } from '../support/errors.ts';
import type { Secret } from '../support/secret.ts';
import type { PictureStore } from './picture-store.ts';

/** No segment starts with a dot, so no key leaves the folder or meets a temporary file. */
const SAFE_KEY = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;
const MAX_KEY_CHARACTERS = 256;

export type FolderPictureStore = PictureStore & {
  /**
   * The bytes behind a URL that `url()` gave, absolute or path and query alone. Throws Rejected: `forbidden` when it
   * is not ours or has expired, `not_found` when the picture is gone.
   */
  read(url: string): Promise<Uint8Array>;
};

export type FolderPictureStoreOptions = { folder: string; baseUrl: string; signingKey: Secret; clock: Clock };

export function folderPictureStore(options: FolderPictureStoreOptions): FolderPictureStore {
  const { folder, signingKey, clock } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const basePath = new URL(`${baseUrl}/`, 'http://localhost').pathname;

  function sign(key: string, expires: string): Buffer {
    return createHmac('sha256', signingKey.reveal()).update(`${key}\n${expires}`).digest();
  }

  return {
    async put(key, bytes) {
      const path = join(folder, safeKey(key));
      try {
        if (!(await exists(path))) await writeWhole(path, bytes);
        await syncFolders(folder, dirname(path));
      } catch (error) {
        throw new Broken('internal', `could not put a picture: ${reasonOf(error)}`, { cause: error });
      }
    },

    async url(key, expiresInSeconds) {
      const expires = String(Math.floor(clock.now() / 1000) + expiresInSeconds);
      return `${baseUrl}/${safeKey(key)}?expires=${expires}&signature=${sign(key, expires).toString('hex')}`;
    },

    async read(url) {
      const link = URL.parse(url, 'http://localhost');
      if (!link?.pathname.startsWith(basePath)) throw forbidden('the link is not one of ours');
      const key = link.pathname.slice(basePath.length);
      const expires = link.searchParams.get('expires') ?? '';
      const signature = Buffer.from(link.searchParams.get('signature') ?? '', 'hex');
      const expected = sign(key, expires);
      if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
        throw forbidden('the link is not one of ours');
      if (clock.now() >= Number(expires) * 1000) throw forbidden('the link has expired');
      return readPicture(join(folder, safeKey(key)));
    },
  };
}

function safeKey(key: string): string {
  if (key.length > MAX_KEY_CHARACTERS || !SAFE_KEY.test(key))
    throw new Rejected('invalid_request', 'could not use a picture key: it is not a plain path');
  return key;
}

function forbidden(why: string): Rejected {
  return new Rejected('forbidden', `could not read a picture: ${why}`);
}

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new Rejected('not_found', 'could not read a picture: it is gone', { cause: error });
    throw new Broken('internal', `could not read a picture: ${reasonOf(error)}`, { cause: error });
  }
}

/** A reader sees the whole picture or none. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeDurably(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** From the picture's folder up to ours: any of them may be new, and a new name is only safe when its parent is. */
async function syncFolders(top: string, from: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    const handle = await open(folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    const below = relative(top, folder);
    if (below === '' || below.split(sep)[0] === '..') return;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
