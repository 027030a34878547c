// The control API (MEDIAMTX.md 5).
import { setTimeout as delay } from 'node:timers/promises';
import { readCredentials } from '../auth/credentials.ts';
import { type AskHook, AuthRefused } from '../auth/hook.ts';
import { type Answer, done, type Front, failure, json, openFront, type Request } from '../http/front.ts';
import { type Print, under } from '../log/printer.ts';
import { type ConfigHolder, handleConfig } from './config-routes.ts';
import { ApiError, byId, listAnswer } from './lists.ts';
import type { Parts } from './parts.ts';
import { hlsSessionView, muxerView, pathView, rtspConnView, rtspSessionView, webrtcSessionView } from './views.ts';

export type ApiDeps = {
  parts: Parts;
  holder: ConfigHolder;
  askHook: AskHook;
  print: Print;
  startedAt: number;
  /** Resolves when the API is not frozen by a test. */
  whenThawed: () => Promise<void>;
};

/** @throws Error in Go's words when the address is taken */
export async function openApi(deps: ApiDeps): Promise<Front> {
  const { settings, quirks } = deps.parts;
  const print = under(deps.print, '[API]');
  const front = await openFront({
    address: settings.apiAddress,
    allowOrigins: settings.apiAllowOrigins,
    trustedProxies: [],
    preflight: { methods: 'OPTIONS, GET, POST, PATCH, DELETE', headers: 'Authorization, Content-Type' },
    print,
    async handle(request) {
      await deps.whenThawed();
      const refused = await refuse(request, deps, print);
      return refused ?? (await answer(request, deps, print));
    },
  });
  print('INF', quirks.opened([settings.apiAddress], []));
  return {
    port: front.port,
    async close() {
      print('INF', quirks.closing);
      await front.close();
    },
  };
}

async function refuse(
  { headers, ip, rawQuery, remoteAddress }: Request,
  { askHook, parts }: ApiDeps,
  print: Print,
): Promise<Answer | null> {
  const credentials = readCredentials(headers.authorization);
  const userAgent = headers['user-agent'] ?? '';
  try {
    await askHook({ action: 'api', path: '', protocol: '', id: null, credentials, ip, query: rawQuery, userAgent });
    return null;
  } catch (error) {
    if (!(error instanceof AuthRefused)) throw error;
    if (error.askCredentials)
      return failure(401, 'authentication error', { 'WWW-Authenticate': 'Basic realm="mediamtx"' });
    print('INF', `connection ${remoteAddress} failed to authenticate: ${error.why}`);
    await delay(parts.quirks.refusalPauseMs());
    return failure(401, 'authentication error');
  }
}

async function answer(request: Request, deps: ApiDeps, print: Print): Promise<Answer | null> {
  const [, route] = /^\/v3\/(.+)$/.exec(request.path) ?? [];
  if (route === undefined) return null;
  try {
    if (route.startsWith('config/')) {
      return await handleConfig(request, route.slice('config/'.length), deps.holder, deps.parts.quirks);
    }
    return request.method === 'POST' ? kick(route, deps.parts) : await show(request, route, deps);
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 400;
    const message = error instanceof Error ? error.message : String(error);
    print('ERR', message);
    return failure(status, message);
  }
}

async function show({ method, query }: Request, route: string, { parts, startedAt }: ApiDeps): Promise<Answer | null> {
  if (method !== 'GET') return null;
  const { quirks, paths, webrtc, hls, rtsp } = parts;
  const [kind = '', action = '', ...rest] = route.split('/');
  if (route === 'info') return json(200, { version: quirks.release, started: new Date(startedAt).toISOString() });
  if (kind === 'paths' && action === 'get') {
    const path = await paths.get(rest.join('/'));
    if (path === undefined) throw new ApiError(404, 'path not found');
    return json(200, pathView(path, quirks));
  }
  // Lists of servers that are off do not exist.
  const lists: Record<string, (() => Promise<object[]> | object[]) | false | undefined> = {
    'paths/list': async () => (await paths.list()).map((path) => pathView(path, quirks)),
    'webrtcsessions/list': webrtc && (() => webrtc.sessions().map((session) => webrtcSessionView(session, quirks))),
    'hlsmuxers/list': hls && (() => hls.muxers().map((muxer) => muxerView(muxer, quirks))),
    'hlssessions/list': quirks.hasHlsSessions && hls && (() => hls.sessions().map(hlsSessionView)),
    'rtspsessions/list': rtsp && (() => rtsp.sessions().map((session) => rtspSessionView(session, quirks))),
    'rtspconns/list': rtsp && (() => rtsp.conns().map(rtspConnView)),
  };
  const list = lists[route];
  if (list) return listAnswer(await list(), query);
  const id = rest.join('/');
  if (action !== 'get') return null;
  if (kind === 'webrtcsessions' && webrtc) return json(200, webrtcSessionView(byId(webrtc.sessions(), id), quirks));
  if (kind === 'rtspsessions' && rtsp) return json(200, rtspSessionView(byId(rtsp.sessions(), id), quirks));
  return null;
}

function kick(route: string, { webrtc, rtsp, hls, quirks }: Parts): Answer | null {
  const [, kind, id = ''] = /^(\w+)\/kick\/(.*)$/.exec(route) ?? [];
  if (kind === 'webrtcsessions' && webrtc) byId(webrtc.sessions(), id).close('terminated');
  else if (kind === 'rtspsessions' && rtsp) byId(rtsp.sessions(), id).close('terminated');
  else if (kind === 'hlssessions' && hls && quirks.hasHlsSessions) hls.kickSession(byId(hls.sessions(), id).id);
  else return null;
  return done();
}
