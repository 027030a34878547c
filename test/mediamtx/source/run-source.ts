// One try of the static source: from the TCP connect until the camera ends it (MEDIAMTX.md 4).
import type { Settings } from '../config/config.ts';
import { connectRtsp, type RtspConnection } from './rtsp-connection.ts';
import type { RtspFrame } from './rtsp-messages.ts';
import { readTracks, type Track } from './sdp-tracks.ts';

/** MediaMTX looks once a second whether the camera has fallen silent. */
const SILENCE_CHECK_MS = 1_000;
const DEFAULT_KEEP_ALIVE_MS = 30_000;
const KEEP_ALIVE_SHARE = 0.8;

export type SourceRun = {
  source: URL;
  settings: Settings;
  signal: AbortSignal;
  /** Media begins; the returned function takes the RTP packets. */
  onReady: (tracks: readonly Track[]) => (track: number, rtp: Buffer) => void;
  /** Media ends; called once for every onReady. */
  onNotReady: () => void;
};

/** Resolves when `signal` ends it; rejects with the sentence that MediaMTX logs. */
export async function runSource({ source, settings, signal, onReady, onNotReady }: SourceRun): Promise<void> {
  const { readTimeout: timeoutMs } = settings;
  let lastFrameAt = 0;
  let deliver: ((track: number, rtp: Buffer) => void) | null = null;
  const onFrame = ({ channel, payload }: RtspFrame) => {
    lastFrameAt = Date.now();
    // Even channels are RTP, odd ones RTCP.
    if (channel % 2 === 0) deliver?.(channel / 2, payload);
  };
  let connection: RtspConnection | undefined;
  let farewell = () => {};
  const hangUp = () => {
    farewell();
    connection?.close();
  };
  try {
    connection = await connectRtsp({ source, timeoutMs, signal, onFrame });
    signal.addEventListener('abort', hangUp, { once: true });
    const { tracks, base } = await describe(connection, source);
    const session = await setUp(connection, tracks, base);
    const teardown = connection.tell.bind(null, 'TEARDOWN', base, { Session: session.id });
    farewell = () => teardown();
    deliver = onReady(tracks);
    try {
      await connection.request('PLAY', base, { Range: 'npt=0-', Session: session.id });
      lastFrameAt = Date.now();
      const endings = [connection.ended, silence(() => lastFrameAt, timeoutMs, signal)];
      await Promise.race([...endings, keepAlive(connection, { base, session, signal })]);
    } finally {
      onNotReady();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (!signal.aborted) hangUp();
    signal.removeEventListener('abort', hangUp);
  }
}

async function describe(connection: RtspConnection, source: URL): Promise<{ tracks: Track[]; base: string }> {
  const url = `rtsp://${source.host}${source.pathname}${source.search}`;
  await connection.request('OPTIONS', url);
  const { headers, body } = await connection.request('DESCRIBE', url, { Accept: 'application/sdp' });
  return { tracks: readTracks(body), base: headers.get('content-base') ?? url };
}

type Session = { id: string; keepAliveMs: number };

async function setUp(connection: RtspConnection, tracks: readonly Track[], base: string): Promise<Session> {
  let session: Session | null = null;
  for (const [index, { control }] of tracks.entries()) {
    const url = /^rtsp:/.test(control) ? control : `${base.replace(/\/?$/, '/')}${control}`;
    const transport = `RTP/AVP/TCP;unicast;interleaved=${index * 2}-${index * 2 + 1}`;
    const headers = session === null ? {} : { Session: session.id };
    const answer: { headers: ReadonlyMap<string, string> } = await connection.request('SETUP', url, {
      Transport: transport,
      ...headers,
    });
    const [id = '', ...parameters] = (answer.headers.get('session') ?? '').split(';');
    const [, timeout] = /timeout=(\d+)/.exec(parameters.join(';')) ?? [];
    session ??= { id, keepAliveMs: timeout ? Number(timeout) * 1_000 * KEEP_ALIVE_SHARE : DEFAULT_KEEP_ALIVE_MS };
  }
  if (session === null) throw new Error('no medias have been setupped');
  return session;
}

function silence(lastFrameAt: () => number, timeoutMs: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setInterval(() => {
      if (signal.aborted) clearInterval(timer);
      else if (Date.now() - lastFrameAt() >= timeoutMs) {
        clearInterval(timer);
        reject(new Error('TCP timeout'));
      }
    }, SILENCE_CHECK_MS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  });
}

/** Never settles: an answer that stays out is a matter of `silence`. */
function keepAlive(
  connection: RtspConnection,
  { base, session, signal }: { base: string; session: Session; signal: AbortSignal },
): Promise<never> {
  const ask = () => connection.tell('GET_PARAMETER', base, { Session: session.id });
  const timer = setInterval(ask, session.keepAliveMs);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  connection.ended.catch(() => clearInterval(timer));
  return new Promise(() => {});
}
