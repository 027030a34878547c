// One client's connection to the camera's RTSP port: its requests in turn, its login, what it plays (ISAPI.md 10.4).
import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import type { StreamKind } from '../../../shared/video/stream-name.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { readAuthorization } from '../auth/authorization.ts';
import type { RequestRecord } from '../http-front.ts';
import { type ClipName, clip } from './clip.ts';
import type { LivePicture } from './live-picture.ts';
import { createPlayer, type Player } from './player.ts';
import type { RtspFault } from './rtsp-fault.ts';
import { type RtspRequest, rtspRequestReader } from './rtsp-request.ts';
import { type SdpForm, sessionDescription } from './session-description.ts';

const METHODS = 'OPTIONS, DESCRIBE, PLAY, SETUP, TEARDOWN, GET_PARAMETER';
const OPEN_TO_ALL = new Set(['OPTIONS', 'GET_PARAMETER']);
const SESSION_TIMEOUT_SECONDS = 60;
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  454: 'Session Not Found',
  461: 'Unsupported Transport',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

export type SessionDependencies = {
  authenticator: Authenticator;
  requests: RequestRecord[];
  pictureOf(kind: StreamKind, name: ClipName): LivePicture;
  fault: () => RtspFault | null;
  /** Round trip to whoever asks. */
  awayMs: number;
  now: () => number;
};

export type RtspSession = { readonly isPlaying: boolean };

type Answer = { status: number; headers?: readonly string[]; body?: string };

export function createSession(socket: Socket, deps: SessionDependencies): RtspSession {
  const readRequests = rtspRequestReader();
  const late = new Set<NodeJS.Timeout>();
  const sessionId = String(randomInt(10 ** 8, 10 ** 9));
  let isLoggedIn = false;
  let player: Player | null = null;

  function receive(request: RtspRequest): void {
    const { method, url } = request;
    const { scheme } = readAuthorization(request.headers.get('authorization'));
    const authorization = scheme === 'unreadable' ? 'other' : scheme;
    const record: RequestRecord = { method, url, authorization, status: null, at: deps.now() };
    deps.requests.push(record);
    const fault = deps.fault();
    if (fault?.name === 'silent') return;
    const slowMs = method === 'DESCRIBE' && fault?.name === 'slow-describe' ? fault.ms : 0;
    const reply = () => {
      const answer = answerTo(request);
      record.status = answer.status;
      send(request, answer);
    };
    const lateMs = deps.awayMs + slowMs;
    if (lateMs === 0) reply();
    else afterwards(reply, lateMs);
  }

  function afterwards(reply: () => void, ms: number): void {
    const timer = setTimeout(() => {
      late.delete(timer);
      reply();
    }, ms);
    late.add(timer);
  }

  function answerTo(request: RtspRequest): Answer {
    if (!request.headers.has('cseq')) return { status: 400 };
    if (request.method === 'OPTIONS') return { status: 200, headers: [`Public: ${METHODS}`] };
    const refused = refusal(request);
    if (refused !== null) return refused;
    switch (request.method) {
      case 'DESCRIBE':
        return describe(request);
      case 'SETUP':
        return setUp(request);
      case 'PLAY':
        return play();
      case 'TEARDOWN':
        player?.stop();
        player = null;
        return { status: 200, headers: [`Session: ${sessionId}`] };
      case 'GET_PARAMETER':
        return { status: 200, headers: [`Session: ${sessionId}`] };
      default:
        return { status: 501 };
    }
  }

  /** A connection logs in once; what its client sends with later requests is the same answer again. */
  function refusal({ method, url, headers }: RtspRequest): Answer | null {
    if (isLoggedIn || OPEN_TO_ALL.has(method)) return null;
    const sent = headers.get('authorization');
    const isRefused = sent !== undefined && deps.fault()?.name === 'unauthorized';
    const authorization = isRefused ? 'Digest' : sent;
    const address = socket.remoteAddress ?? '';
    const verdict = deps.authenticator.check({ method, url, address, authorization, isRtsp: true });
    isLoggedIn = verdict.let === 'in';
    if (verdict.let === 'in') return null;
    return { status: 401, headers: verdict.challenges.map((challenge) => `WWW-Authenticate: ${challenge}`) };
  }

  function describe({ url }: RtspRequest): Answer {
    const name = deps.fault()?.name;
    const kind = kindOf(url);
    if (kind === null || name === 'not-found') return { status: 404 };
    if (name === 'busy') return { status: 503 };
    const base = url.replace(/\?.*$/, '').replace(/\/+$/, '');
    const form: SdpForm = name === 'h265' || name === 'no-packetization-mode' ? name : 'h264';
    return {
      status: 200,
      headers: ['Content-Type: application/sdp', `Content-Base: ${base}/`],
      body: sessionDescription(base, clip(clipName(kind)), form),
    };
  }

  function setUp({ url, headers }: RtspRequest): Answer {
    const kind = kindOf(url);
    if (kind === null) return { status: 404 };
    const offered = (headers.get('transport') ?? '').split(',').find((one) => /^\s*RTP\/AVP\/TCP\b/i.test(one));
    if (offered === undefined) return { status: 461 };
    const channel = Number(/interleaved=(\d{1,3})/.exec(offered)?.[1] ?? 0);
    if (channel > 254) return { status: 461 };
    player?.stop();
    player = createPlayer({ picture: deps.pictureOf(kind, clipName(kind)), channel, socket, fault: deps.fault });
    const ssrc = player.ssrc.toString(16).padStart(8, '0').toUpperCase();
    const transport = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1};ssrc=${ssrc};mode="play"`;
    const session = `Session: ${sessionId};timeout=${SESSION_TIMEOUT_SECONDS}`;
    return { status: 200, headers: [session, `Transport: ${transport}`] };
  }

  function play(): Answer {
    if (player === null) return { status: 454 };
    player.play();
    return { status: 200, headers: [`Session: ${sessionId}`, 'Range: npt=0.000-'] };
  }

  function clipName(kind: StreamKind): ClipName {
    return deps.fault()?.name === 'b-frames' ? 'sub-b-frames' : kind;
  }

  function send({ headers }: RtspRequest, { status, headers: more = [], body = '' }: Answer): void {
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    const first = `RTSP/1.0 ${status} ${REASONS[status] ?? ''}`;
    const lines = [first, `CSeq: ${headers.get('cseq') ?? 0}`, ...more, ...length, '', body];
    socket.write(lines.join('\r\n'));
  }

  socket.on('data', (chunk: Buffer) => {
    const requests = readRequests(chunk);
    if (requests === null) socket.destroy();
    else for (const request of requests) receive(request);
  });
  // A client that breaks off is no fault of the camera's.
  socket.on('error', () => {});
  socket.on('close', () => {
    player?.stop();
    for (const timer of late) clearTimeout(timer);
  });

  return {
    get isPlaying() {
      return player?.isPlaying ?? false;
    },
  };
}

/** Cameras take both paths in any letter case, and whatever query (ISAPI.md 10.4). */
function kindOf(url: string): StreamKind | null {
  const channel = /^rtsp:\/\/[^/]+(?:\/ISAPI)?\/Streaming\/Channels\/(10[12])(?:\/|\?|$)/i.exec(url)?.[1];
  if (channel === undefined) return null;
  return channel === '101' ? 'main' : 'sub';
}
