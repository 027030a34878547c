// The HLS listener of both lines: 1.16 asks the hook at every request, 1.20 once and then trusts a session's secret
// (MEDIAMTX.md 6).

import { posix } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readCredentials } from '../auth/credentials.ts';
import { type Access, AuthRefused } from '../auth/hook.ts';
import type { Settings } from '../config/config.ts';
import { type Answer, failure, openFront, type Request } from '../http/front.ts';
import { type Print, under } from '../log/printer.ts';
import type { PathManager } from '../paths/path-manager.ts';
import type { Quirks } from '../quirks.ts';
import { createMuxer, type Muxer } from './muxer.ts';
import { createHlsSessions, type HlsSession } from './sessions.ts';

const ASK = { 'WWW-Authenticate': 'Basic realm="mediamtx"' };
const OLD_PLAYLIST_VERSION = 9;
const NEW_PLAYLIST_VERSION = 10;

export type HlsServer = {
  muxers(): Muxer[];
  /** Always empty on 1.16. */
  sessions(): HlsSession[];
  kickSession(id: string): void;
  close(): Promise<void>;
};

export type HlsDeps = { settings: Settings; paths: PathManager; quirks: Quirks; print: Print };
type Asked = { path: string; name: string };

/** @throws Error in Go's words when the address is taken */
export async function openHlsServer(deps: HlsDeps): Promise<HlsServer> {
  const { settings, paths, quirks } = deps;
  const print = under(deps.print, '[HLS]');
  const muxers = new Map<string, Muxer>();
  const sessions = createHlsSessions({ paths, print });

  function muxerOf(path: string, remoteAddress: string): Muxer {
    const onClosed = (closed: Muxer) => {
      if (muxers.get(path) !== closed) return;
      muxers.delete(path);
      sessions.closeAll(path, 'muxer destroyed');
    };
    const found = muxers.get(path);
    const isHidden = quirks.hasHlsSessions;
    const muxer = found ?? createMuxer({ path, remoteAddress, isHidden, paths, settings, print, onClosed });
    muxers.set(path, muxer);
    return muxer;
  }

  async function serveOld(request: Request, { path, name }: Asked): Promise<Answer | null> {
    try {
      await paths.find(accessOf(request, path, null));
    } catch (error) {
      if (!(error instanceof AuthRefused)) return null;
      if (error.askCredentials) return failure(401, 'authentication error', ASK);
      print('INF', `connection ${request.remoteAddress} failed to authenticate: ${error.why}`);
      await delay(quirks.refusalPauseMs());
      return failure(401, 'authentication error');
    }
    const { query, rawQuery } = request;
    return muxerOf(path, request.remoteAddress).serve({ name, query, rawQuery, version: OLD_PLAYLIST_VERSION });
  }

  async function serveNew(request: Request, { path, name }: Asked): Promise<Answer | null> {
    if (name === 'index.m3u8') return openSession(request, path);
    const muxer = muxers.get(path);
    if (muxer === undefined || !sessions.has(request, path)) return failure(401, 'authentication error');
    const { query, rawQuery } = request;
    return uncached(await muxer.serve({ name, query, rawQuery, version: NEW_PLAYLIST_VERSION }));
  }

  async function openSession(request: Request, path: string): Promise<Answer | null> {
    const query = new URLSearchParams(request.rawQuery);
    if (query.get('cookieCheck') !== '1') return cookieCheck(request, query);
    query.delete('cookieCheck');
    query.sort();
    try {
      const access = { ...accessOf(request, path, ''), query: query.toString() };
      const session = await sessions.open(access, request.remoteAddress);
      const muxer = muxerOf(path, request.remoteAddress);
      await muxer.ready;
      query.set('session', session.secret);
      query.sort();
      const rawQuery = query.toString();
      return uncached(await muxer.serve({ name: 'index.m3u8', query, rawQuery, version: NEW_PLAYLIST_VERSION }));
    } catch (error) {
      if (!(error instanceof AuthRefused)) return failure(500, error instanceof Error ? error.message : String(error));
      if (error.askCredentials) return failure(401, 'authentication error', ASK);
      await delay(quirks.refusalPauseMs());
      return failure(401, 'authentication error');
    }
  }

  const front = await openFront({
    address: settings.hlsAddress,
    allowOrigins: settings.hlsAllowOrigins,
    trustedProxies: settings.hlsTrustedProxies,
    preflight: { methods: 'OPTIONS, GET', headers: 'Authorization, Range' },
    print,
    async handle(request) {
      const asked = request.method === 'GET' ? askedFor(request.path) : null;
      if (asked === null) return null;
      if (asked === 'page') return { status: quirks.moved, headers: { Location: `${request.path}/` } };
      return quirks.hasHlsSessions ? serveNew(request, asked) : serveOld(request, asked);
    },
  });
  print('INF', quirks.opened([settings.hlsAddress], []));
  return {
    muxers: () => [...muxers.values()].sort((a, b) => a.createdAt - b.createdAt),
    sessions: sessions.list,
    kickSession: (id) => void sessions.kick(id),
    async close() {
      print('INF', quirks.closing);
      for (const muxer of muxers.values()) muxer.close('terminated');
      sessions.stop();
      await front.close();
    },
  };
}

/** `page`: the built-in player, of which only the way to its slash is played. */
function askedFor(path: string): Asked | 'page' | null {
  if (path === '/' || path === '/favicon.ico') return null;
  if (/\.(m3u8|ts|mp4|mp)$/.test(path)) {
    return { path: posix.dirname(path).slice(1), name: posix.basename(path).replace(/\.mp$/, '.mp4') };
  }
  return path.endsWith('/') ? null : 'page';
}

function cookieCheck({ path }: Request, query: URLSearchParams): Answer {
  query.set('cookieCheck', '1');
  query.sort();
  const cookie = 'cookieCheck=1; HttpOnly; Secure; SameSite=None; Partitioned';
  return { status: 302, headers: { 'Set-Cookie': cookie, Location: `${path}?${query.toString()}` } };
}

/** Every address holds the secret of one viewer: nothing of the newer line is kept on the way. */
function uncached(answer: Answer | null): Answer | null {
  if (answer?.status !== 200) return answer;
  return { ...answer, headers: { ...answer.headers, 'Cache-Control': 'private, no-cache' } };
}

function accessOf(request: Request, path: string, id: string | null): Access {
  return {
    action: 'read',
    path,
    protocol: 'hls',
    id,
    credentials: readCredentials(request.headers.authorization),
    ip: request.ip,
    query: request.rawQuery,
    userAgent: request.headers['user-agent'] ?? '',
  };
}
