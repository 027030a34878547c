// MediaMTX as far as the door meets it, in both forms of its answers (MEDIAMTX.md 2, 3, 6): it asks the hook as the real
// one does, and serves invented pictures.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MediaUpstream } from './neighbours.ts';

export type MediaVersion = '1.16.1' | '1.20.1';
export const ANSWER = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n';
export const SEGMENT = Buffer.alloc(300_000, 'lane');
const SESSION_QUERY = /[?&]session=([^&]*)/;

type Refusal = { status: number; error: string };
type HeldBody = { request: IncomingMessage; response: ServerResponse };

export type FakeMediaServer = Awaited<ReturnType<typeof openMediaServer>>;

export async function openMediaServer({ version, hookUrl }: { version: MediaVersion; hookUrl: string }) {
  const whep = new Map<string, { id: string; path: string }>();
  const rtsp = new Map<string, { id: string; path: string }>();
  const hlsSecrets = new Set<string>();
  const asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const held: HeldBody[] = [];
  const unanswered: (() => void)[] = [];
  const behaviour = {
    refusal: null as Refusal | null,
    silent: false,
    holdSegments: false,
    kicksToFail: 0,
    patchAnswer: null as string | null,
  };

  async function isAllowed(request: IncomingMessage, path: string, protocol: 'webrtc' | 'hls'): Promise<boolean> {
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const question = {
      ip: '127.0.0.1',
      user: '',
      password: '',
      token,
      action: 'read',
      path,
      protocol,
      id: null,
      query: '',
    };
    const response = await fetch(hookUrl, { method: 'POST', body: JSON.stringify(question) });
    return response.status === 204;
  }

  async function serveWhep(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    secret: string | undefined,
  ) {
    if (behaviour.refusal !== null) return refuse(response, behaviour.refusal);
    if (secret !== undefined) {
      if (!whep.has(secret)) return refuse(response, { status: 404, error: 'session not found' });
      if (request.method === 'PATCH' && behaviour.patchAnswer !== null) {
        response.writeHead(200, { 'Content-Type': 'application/trickle-ice-sdpfrag', ETag: '"u"' });
        return response.end(behaviour.patchAnswer);
      }
      if (request.method === 'PATCH') return response.writeHead(204).end();
      whep.delete(secret);
      return response.writeHead(200).end('{"status":"ok"}');
    }
    if (!(await isAllowed(request, path, 'webrtc'))) {
      const error =
        version === '1.16.1' ? 'authentication failed: server replied with code 401' : 'authentication error';
      return refuse(response, { status: version === '1.16.1' ? 400 : 401, error });
    }
    const session = { id: randomUUID(), path };
    const own = randomUUID();
    whep.set(own, session);
    response.writeHead(201, {
      'Content-Type': 'application/sdp',
      Location: `/${path}/whep/${own}`,
      ETag: '*',
      ID: session.id,
      'Accept-Patch': 'application/trickle-ice-sdpfrag',
      Link: '<stun:stun.example:3478>; rel="ice-server"',
    });
    return response.end(ANSWER);
  }

  async function serveHls(request: IncomingMessage, response: ServerResponse, path: string, file: string) {
    const { search, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const index = file === 'index.m3u8';
    if (behaviour.refusal !== null) return refuse(response, behaviour.refusal);
    if (version === '1.16.1' && !(await isAllowed(request, path, 'hls'))) return refuse(response, wrong);
    if (version === '1.20.1' && index && searchParams.get('cookieCheck') !== '1') {
      searchParams.set('cookieCheck', '1');
      response.writeHead(302, {
        Location: `/${path}/${file}?${searchParams}`,
        'Set-Cookie': 'cookieCheck=1; HttpOnly',
      });
      return response.end();
    }
    let repeated = search;
    if (version === '1.20.1' && index) {
      if (!(await isAllowed(request, path, 'hls'))) return refuse(response, wrong);
      const secret = randomUUID();
      hlsSecrets.add(secret);
      searchParams.delete('cookieCheck');
      const cookies = (request.headers.cookie ?? '').includes('cookieCheck=1');
      if (cookies)
        response.setHeader('Set-Cookie', `hlsSession=${secret}; HttpOnly; Secure; SameSite=None; Partitioned`);
      else searchParams.set('session', secret);
      repeated = searchParams.size === 0 ? '' : `?${searchParams}`;
    } else if (version === '1.20.1') {
      const secret = /hlsSession=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? SESSION_QUERY.exec(search)?.[1];
      if (!hlsSecrets.has(secret ?? '')) return refuse(response, wrong);
    }
    if (file.endsWith('.m3u8')) {
      response.writeHead(200, {
        'Content-Type': 'application/vnd.apple.mpegurl',
        'Cache-Control': 'no-cache',
        Server: 'x',
      });
      const inner = index ? `video1_stream.m3u8${repeated}` : `seg7.mp4${repeated}`;
      return response.end(`#EXTM3U\n${inner}\n`);
    }
    if (file !== 'seg7.mp4') return response.writeHead(200, { 'Content-Length': 0 }).end();
    response.writeHead(200, {
      'Content-Type': 'video/mp4',
      'Content-Length': SEGMENT.length,
      'Cache-Control': 'max-age=3600',
    });
    if (!behaviour.holdSegments) return response.end(SEGMENT);
    response.write(SEGMENT.subarray(0, 1_000));
    return held.push({ request, response });
  }

  const wrong = { status: 401, error: 'authentication error' };

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    if (behaviour.silent) await new Promise<void>((resume) => unanswered.push(resume));
    const [, path = '', name = '', secret] = (request.url ?? '').split('?', 1)[0]?.split('/') ?? [];
    if (name === 'whep') await serveWhep(request, response, path, secret);
    else await serveHls(request, response, path, name);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function kick(sessions: Map<string, { id: string }>, id: string): Promise<void> {
    if (behaviour.kicksToFail > 0) {
      behaviour.kicksToFail -= 1;
      throw new Error('the API does not answer');
    }
    for (const [key, session] of sessions) if (session.id === id) sessions.delete(key);
  }

  const media: MediaUpstream = {
    state: { status: 'running' },
    api: {
      webrtcSessions: async () => [...whep.values()],
      kickWebrtcSession: (id) => kick(whep, id),
      rtspSessions: async () => [...rtsp.values()],
      kickRtspSession: (id) => kick(rtsp, id),
    },
    whepUrl: url,
    hlsUrl: url,
    ready: async () => {},
  };

  /** Goes on with the requests that came while it was silent. */
  function answerHeld(): void {
    for (const resume of unanswered.splice(0)) resume();
  }

  async function close(): Promise<void> {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  return { media, behaviour, whep, rtsp, hlsSecrets, asked, held, answerHeld, close };
}

function refuse(response: ServerResponse, { status, error }: Refusal): ServerResponse {
  return response.writeHead(status).end(JSON.stringify({ status: 'error', error }));
}
