// The pictures folder, and what S3 would do for a browser: serve a signed link until it expires.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { folderPictureStore } from '../../shared/pictures/folder-picture-store.ts';
import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { Secret } from '../../shared/support/secret.ts';

const PATH = '/pictures';
const PRIVATE_MODE = 0o600;

export type LocalPictures = {
  folder: string;
  /** Its links are paths. */
  store: PictureStore;
  /** Its links are whole URLs. */
  published: PictureStore;
  /** Returns false when the request is not for a picture. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
};

type Options = { data: string; clock: Clock; publicUrl: () => string };

export function openPictures({ data, clock, publicUrl }: Options): LocalPictures {
  const folder = join(data, 'pictures');
  const signingKey = keyIn(join(data, 'picture-links.key'));
  const store = folderPictureStore({ folder, baseUrl: PATH, signingKey, clock });
  return {
    folder,
    store,
    published: { put: store.put, url: async (key, seconds) => publicUrl() + (await store.url(key, seconds)) },
    async serve(request, response) {
      if (!request.url?.startsWith(`${PATH}/`)) return false;
      try {
        const bytes = await store.read(request.url);
        response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Cache-Control': 'private, max-age=300' }).end(bytes);
      } catch {
        response.writeHead(403, { 'Content-Type': 'text/plain' }).end('The link is not one of ours, or has expired.\n');
      }
      return true;
    },
  };
}

function keyIn(path: string): Secret {
  try {
    writeFileSync(path, randomBytes(32).toString('hex'), { mode: PRIVATE_MODE, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return new Secret(readFileSync(path, 'utf8'));
}
