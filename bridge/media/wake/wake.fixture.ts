// A MediaMTX of which only the control API's memory is there, a camera that is probed by a list of answers, and time that
// passes when it is told to.
import { CameraIdSchema } from '../../../shared/detection/detection.ts';
import { createGuard } from '../../../shared/isapi/guard/guard.ts';
import { memoryLedger } from '../../../shared/isapi/guard/ledger.ts';
import { type OpenedCamera, openCamera } from '../../../shared/isapi/open-camera.ts';
import { drivenClock } from '../../../shared/support/driven-clock.fixture.ts';
import { Busy } from '../../../shared/support/errors.ts';
import { Secret } from '../../../shared/support/secret.ts';
import { type StreamName, streamName } from '../../../shared/video/stream-name.ts';
import type { MediaApi, PathSource, PathState } from '../mediamtx/media-api.ts';
import { type MediaLine, readLine } from '../mediamtx/media-line.ts';
import { keepingLog } from '../mediamtx/media-server.fixture.ts';
import type { MediaServerState } from '../mediamtx/media-server.ts';
import type { ProvenStream, StreamFacts } from '../rtsp/probe-stream.ts';
import { createWake, type Probe } from './wake.ts';

const gate = CameraIdSchema.parse('gate');
export const sub = streamName(gate, 'sub');
export const main = streamName(gate, 'main');

export const H264: StreamFacts = {
  codec: 'H264',
  profile: 'Baseline',
  width: 704,
  height: 576,
  bFrames: 'none',
  audio: null,
};

type Path = { source: PathSource; state: PathState };

export function startWake() {
  const clock = drivenClock();
  const log = keepingLog();
  const stop = new AbortController();
  const account = { user: 'operator', password: new Secret('invented-1'), passwordVersion: '1' };
  const guard = createGuard({
    camera: gate,
    account: { current: async () => ({ ...account }), reread: async () => ({ ...account }) },
    ledger: memoryLedger(),
    clock,
    log,
    holder: 'test',
  });
  const opened: OpenedCamera = { ...openedCamera(), guard };

  const paths = new Map<StreamName, Path>();
  const calls: string[] = [];
  const server: { away: boolean; listing: Promise<void>; state: MediaServerState } = {
    away: false,
    listing: Promise.resolve(),
    state: { status: 'running', version: 'v1.16.1', since: '', restarts: 0, reason: null },
  };
  const reach = (call: string) => {
    calls.push(call);
    if (server.away) throw new Busy('camera_busy', 'could not ask MediaMTX: it does not answer');
  };
  const none = async () => [];
  const api: MediaApi = {
    info: async () => ({ version: 'v1.16.1' }),
    async addPath(stream, source) {
      reach(`add ${stream}`);
      paths.set(stream, {
        source,
        state: { stream, ready: false, tracks: [], bytesReceived: 0, bytesSent: 0, readers: [] },
      });
    },
    async removePath(stream) {
      reach(`remove ${stream}`);
      paths.delete(stream);
    },
    async path(stream) {
      reach(`path ${stream}`);
      return structuredClone(paths.get(stream)?.state ?? null);
    },
    async paths() {
      reach('paths');
      const answer = [...paths.values()].map(({ state }) => structuredClone(state));
      // An answer may be under way while the next thing is asked.
      await server.listing;
      return answer;
    },
    webrtcSessions: none,
    rtspSessions: none,
    kickWebrtcSession: async () => {},
    kickRtspSession: async () => {},
  };

  /** Probes that were sent, and what the next one finds; by default H.264 and a login that is let in. */
  const probes = { sent: [] as string[], facts: H264, failure: null as Error | null, held: Promise.resolve() };
  const probe: Probe = async (_, kind): Promise<ProvenStream> => {
    probes.sent.push(kind);
    await probes.held;
    if (probes.failure !== null) throw probes.failure;
    return { facts: probes.facts, account: { ...account } };
  };

  const listeners: ((line: MediaLine) => void)[] = [];
  const wake = createWake({
    cameras: new Map([[gate, opened]]),
    server: {
      api,
      onLine: (listen) => void listeners.push(listen),
      get state() {
        return server.state;
      },
    },
    probe,
    clock,
    log,
    signal: stop.signal,
  });

  return {
    wake,
    api,
    clock,
    log,
    guard,
    account,
    server,
    paths,
    calls,
    probes,
    say: (message: string, level = 'INF') => {
      for (const listen of listeners) listen(readLine(JSON.stringify({ timestamp: 't', level, message })));
    },
    /** As MediaMTX reports it from now on. */
    playing(stream: StreamName, change: Partial<PathState> = {}) {
      const path = paths.get(stream);
      if (path === undefined) throw new Error(`${stream} is not in MediaMTX`);
      Object.assign(path.state, { ready: true, tracks: ['H264'], ...change });
    },
    /** Lets so much time pass, with everything that happens in it. */
    async pass(ms: number) {
      const end = clock.now() + ms;
      await settle();
      while (clock.now() < end) {
        clock.step(end - clock.now());
        await settle();
      }
    },
    async end() {
      stop.abort();
      await wake.done;
    },
  };
}

/** All that needs no time has happened. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 200; turns += 1) await Promise.resolve();
}

/** A gate camera whose client is never asked. */
function openedCamera(): OpenedCamera {
  const password = new Secret('invented-1');
  return openCamera(
    {
      id: gate,
      host: '192.0.2.5',
      httpPort: 80,
      rtspPort: 554,
      user: 'operator',
      password: { kind: 'given', secret: password },
      allowBasic: false,
      stream: 'on',
      pushFrom: [],
    },
    {
      ledger: memoryLedger(),
      transport: { open: () => Promise.reject(new Error('nobody may ask')) },
      readSecret: () => Promise.reject(new Error('no secret is stored')),
      labelPassword: async () => '1',
      clock: drivenClock(),
      log: keepingLog(),
      holder: 'test',
    },
  );
}
