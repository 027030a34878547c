// Serves the page to look with, its TypeScript as the JavaScript that a browser reads.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const PREFIX = '/watch';
const HERE = new URL('../page/', import.meta.url);
const HLS_JS = import.meta.resolve('hls.js/dist/hls.light.mjs');
const FILE = /^[a-z]+\.ts$/;
const PAGE_FILES = new Set([
  'watch.ts',
  'player.ts',
  'playing.ts',
  'problem.ts',
  'frames.ts',
  'whep.ts',
  'hls.ts',
  'look.ts',
]);

/** Returns false when the request is not for the page. */
export async function servePage(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const [path = ''] = (request.url ?? '').split('?');
  if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return false;
  if (path === PREFIX) {
    response.writeHead(308, { Location: `${PREFIX}/` }).end();
    return true;
  }
  const found = await fileOf(path.slice(PREFIX.length + 1));
  response.writeHead(found ? 200 : 404, { 'Content-Type': found?.type ?? 'text/plain', 'Cache-Control': 'no-store' });
  response.end(found?.text ?? 'There is no such file.\n');
  return true;
}

async function fileOf(name: string): Promise<{ type: string; text: string } | null> {
  if (name === '') return { type: 'text/html; charset=utf-8', text: await read(new URL('index.html', HERE)) };
  if (name === 'hls.mjs') return { type: 'text/javascript', text: await read(new URL(HLS_JS)) };
  if (!FILE.test(name) || !PAGE_FILES.has(name)) return null;
  const { code } = await transform(await read(new URL(name, HERE)), { loader: 'ts', target: 'es2024' });
  return { type: 'text/javascript', text: code.replace('from "hls.js"', 'from "./hls.mjs"') };
}

function read(url: URL): Promise<string> {
  return readFile(fileURLToPath(url), 'utf8');
}
