// One reader's connection: OPTIONS is free, DESCRIBE and SETUP ask the hook, PLAY begins.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { readCredentials } from '../auth/credentials.ts';
import { type Access, AuthRefused } from '../auth/hook.ts';
import { type Print, under } from '../log/printer.ts';
import { NoStream, type Reader } from '../paths/path.ts';
import type { Joined } from '../paths/path-manager.ts';
import { frameBytes, type RtspMessage } from '../source/rtsp-messages.ts';
import { tracksInfo } from '../source/sdp-tracks.ts';
import type { RtspDeps } from './rtsp-server.ts';

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  454: 'Session Not Found',
  461: 'Unsupported Transport',
  501: 'Not Implemented',
};
const METHODS = 'DESCRIBE, ANNOUNCE, SETUP, PLAY, RECORD, PAUSE, GET_PARAMETER, TEARDOWN';
const SESSION_TIMEOUT_SECONDS = 55;

export type RtspSession = {
  id: string;
  /** What the reader calls it. */
  name: string;
  path: string;
  query: string;
  createdAt: number;
  remoteAddress: string;
  isPlaying: boolean;
  bytesSent: number;
  packetsSent: number;
  close(reason: string): void;
};
export type RtspConn = {
  readonly id: string;
  readonly createdAt: number;
  readonly remoteAddress: string;
  readonly session: RtspSession | null;
  /** Answers one request after the other. */
  take(request: RtspMessage): void;
  close(reason: string): void;
};

export type RtspConnDeps = Omit<RtspDeps, 'settings'> & { socket: Socket; onClosed: () => void };
type Asked = { method: string; url: URL; path: string; headers: RtspMessage['headers'] };
type RtspAnswer = { status: number; headers?: Record<string, string>; body?: string };

export function createRtspConn({ paths, quirks, print, socket, onClosed }: RtspConnDeps): RtspConn {
  const id = randomUUID();
  const remoteAddress = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
  const printed = under(print, `[conn ${remoteAddress}]`);
  let queue: Promise<void> = Promise.resolve();
  let session: RtspSession | null = null;
  let joined: Joined | null = null;
  let stop = () => {};
  let hasEnded = false;
  printed('INF', 'opened');

  function close(reason: string): void {
    if (hasEnded) return;
    hasEnded = true;
    printed('INF', `closed: ${reason}`);
    session?.close('not in use');
    socket.destroySoon();
    onClosed();
  }

  function accessOf({ path, url, headers }: Asked): Access {
    const credentials = readCredentials(headers.get('authorization'));
    const userAgent = headers.get('user-agent') ?? '';
    const query = url.search.replace(/^\?/, '');
    return {
      action: 'read',
      path,
      protocol: 'rtsp',
      id,
      credentials,
      ip: socket.remoteAddress ?? '',
      query,
      userAgent,
    };
  }

  async function describe(asked: Asked): Promise<RtspAnswer> {
    const { stream } = await paths.describe(accessOf(asked));
    const head = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=No Name', 'c=IN IP4 0.0.0.0', 't=0 0'];
    const media = stream.tracks.flatMap(({ lines }, at) =>
      lines.map((line) => (line.startsWith('a=control:') ? `a=control:trackID=${at}` : line)),
    );
    const base = `rtsp://${asked.url.host}/${asked.path}/`;
    const headers = { 'Content-Base': base, 'Content-Type': 'application/sdp' };
    return { status: 200, headers, body: `${[...head, ...media].join('\r\n')}\r\n` };
  }

  async function setUp(asked: Asked): Promise<RtspAnswer> {
    const transport = asked.headers.get('transport') ?? '';
    const [, channels] = /RTP\/AVP\/TCP;.*interleaved=(\d+-\d+)/.exec(transport) ?? [];
    session ??= createSession(asked);
    const named = { Session: `${session.name};timeout=${SESSION_TIMEOUT_SECONDS}` };
    if (channels === undefined) return { status: 461, headers: named };
    if (joined === null) {
      const own = session;
      const reader: Reader = { type: 'rtspSession', id: own.id, close: () => own.close('terminated') };
      const access = accessOf({ ...asked, path: asked.path.replace(/\/trackID=\d+$/, '') });
      const mine = await paths.addReader(reader, access);
      joined = mine;
      own.path = mine.path.conf.name;
      stop = () => mine.path.removeReader(reader);
    }
    return { status: 200, headers: { ...named, Transport: `RTP/AVP/TCP;unicast;interleaved=${channels}` } };
  }

  function createSession({ url }: Asked): RtspSession {
    const sessionId = randomUUID();
    const sessionPrint: Print = under(print, `[session ${sessionId.slice(0, 8)}]`);
    sessionPrint('INF', `created by ${remoteAddress}`);
    return {
      id: sessionId,
      name: randomBytes(16).toString('hex'),
      path: '',
      query: url.search.replace(/^\?/, ''),
      createdAt: Date.now(),
      remoteAddress,
      isPlaying: false,
      bytesSent: 0,
      packetsSent: 0,
      close(reason) {
        if (session === null) return;
        session = null;
        stop();
        sessionPrint('INF', `destroyed: ${reason}`);
        close(reason);
      },
    };
  }

  function play(): RtspAnswer {
    if (session === null || joined === null) return { status: 454 };
    const { path, stream } = joined;
    const own = session;
    own.isPlaying = true;
    under(print, `[session ${own.id.slice(0, 8)}]`)(
      'INF',
      `is reading from path '${path.conf.name}', with TCP, ${tracksInfo(stream.tracks)}`,
    );
    const onPacket = (track: number, rtp: Buffer) => {
      own.bytesSent += rtp.length;
      own.packetsSent += 1;
      socket.write(frameBytes(track * 2, rtp));
    };
    const leave = stop;
    const unsubscribe = stream.subscribe({ onPacket, isCounted: true });
    stop = () => {
      unsubscribe();
      leave();
    };
    return { status: 200, headers: { Session: own.name } };
  }

  async function answer(asked: Asked): Promise<RtspAnswer> {
    if (asked.method === 'OPTIONS') return { status: 200, headers: { Public: METHODS } };
    if (asked.method === 'DESCRIBE') return describe(asked);
    if (asked.method === 'SETUP') return setUp(asked);
    if (asked.method === 'PLAY') return play();
    if (asked.method === 'GET_PARAMETER') return { status: 200 };
    // ANNOUNCE and RECORD: nobody publishes here.
    return asked.method === 'TEARDOWN' ? { status: 200 } : { status: 400 };
  }

  async function serve(request: RtspMessage): Promise<void> {
    const cseq = request.headers.get('cseq') ?? '';
    const asked = readRequest(request);
    if (asked === null || hasEnded) return close('invalid request');
    let end: string | null = asked.method === 'TEARDOWN' ? 'torn down by the reader' : null;
    let given: RtspAnswer;
    try {
      given = await answer(asked);
    } catch (error) {
      const isAsked = error instanceof AuthRefused && error.askCredentials;
      given = { status: error instanceof AuthRefused ? 401 : error instanceof NoStream ? 404 : 400 };
      if (isAsked) given.headers = { 'WWW-Authenticate': 'Basic realm="ipcam"' };
      else end = error instanceof Error ? error.message : String(error);
      if (error instanceof AuthRefused && !isAsked) await delay(quirks.refusalPauseMs());
    }
    write(cseq, given);
    if (end !== null) close(end);
  }

  function write(cseq: string, { status, headers = {}, body = '' }: RtspAnswer): void {
    const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const all = Object.entries({ CSeq: cseq, Server: 'gortsplib', ...headers, ...length });
    const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    if (!socket.destroyed) socket.write(`RTSP/1.0 ${status} ${REASONS[status] ?? ''}\r\n${lines}\r\n${body}`);
  }

  return {
    id,
    createdAt: Date.now(),
    remoteAddress,
    get session() {
      return session;
    },
    close,
    take(request) {
      queue = queue.then(() => serve(request));
    },
  };
}

function readRequest({ startLine, headers }: RtspMessage): Asked | null {
  const [, method = '', target = ''] = /^([A-Z_]+) (\S+) RTSP\/1\.0$/.exec(startLine) ?? [];
  if (!URL.canParse(target)) return null;
  const url = new URL(target);
  return { method, url, path: decodeURIComponent(url.pathname.replace(/^\/|\/$/g, '')), headers };
}
