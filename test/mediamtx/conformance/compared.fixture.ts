// The servers that the same checks run against: the stand-in in both lines, and the real binary where there is one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { type SimulatedCamera, startCamera } from '../../camera/camera.ts';
import { openHook, PASS, type TestHook } from '../hook.fixture.ts';
import { H264_OFFER } from '../offers.fixture.ts';
import { RELEASES } from '../quirks.ts';
import { findRealBinary } from '../real-binary.fixture.ts';
import { freePorts, type RunningBinary, runBinary, testConfig } from '../run-binary.fixture.ts';
import { installStandIn, type StandIn } from '../stand-in.fixture.ts';

const NEWER = /^v1\.(1[7-9]|[2-9]\d)\./;

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const BEARER = { Authorization: `Bearer ${PASS}` };

export type Compared = {
  name: string;
  bin: string;
  version: string;
  /** 1.17 and later. */
  isNewer: boolean;
  /** Null for the real one. */
  standIn: StandIn | null;
};

/** Call it once per test file, at its top. */
export async function comparedServers(): Promise<{ folder: string; servers: Compared[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-mediamtx-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const standIns = await Promise.all(RELEASES.map((release) => installStandIn({ folder, release })));
  const servers: Compared[] = standIns.map((standIn) => ({
    name: `the stand-in for ${standIn.release}`,
    bin: standIn.bin,
    version: standIn.release,
    isNewer: NEWER.test(standIn.release),
    standIn,
  }));
  const real = findRealBinary('the stand-in is not compared with it');
  if (real !== null) {
    servers.push({ name: `MediaMTX ${real.version}`, ...real, isNewer: NEWER.test(real.version), standIn: null });
  }
  return { folder, servers };
}

export type Subject = {
  camera: SimulatedCamera;
  hook: TestHook;
  server: RunningBinary;
  url(kind: 'webrtc' | 'hls', path: string): string;
  /** A path on demand, with a start timeout of a second. */
  addPath(name: string, changes?: object): Promise<Response>;
  source(password?: string): string;
  /** A WHEP POST with the pass, unless said otherwise. */
  offer(path: string, changes?: { headers?: Record<string, string>; body?: string; query?: string }): Promise<Response>;
  close(): Promise<void>;
};

/** The server, with a camera to look at and a hook to ask. */
export async function startSubject({ bin, isNewer }: Compared, folder: string): Promise<Subject> {
  const [camera, hook, ports] = await Promise.all([startCamera({ heartbeatMs: false }), openHook(), freePorts()]);
  const config = testConfig(ports, { hookUrl: hook.url, isNewer });
  const server = await runBinary({ bin, folder, ports, config });
  const url = (kind: 'webrtc' | 'hls', path: string) => `http://127.0.0.1:${ports[kind]}/${path}`;
  const source = (password = camera.password) =>
    `rtsp://${camera.user}:${encodeURIComponent(password)}@127.0.0.1:${camera.rtspPort}/Streaming/Channels/102`;
  return {
    camera,
    hook,
    server,
    url,
    source,
    addPath(name, changes = {}) {
      const keys = {
        source: source(),
        sourceOnDemand: true,
        sourceOnDemandStartTimeout: '1s',
        sourceOnDemandCloseAfter: '1s',
        rtspTransport: 'tcp',
        ...changes,
      };
      return server.api(`config/paths/add/${name}`, { method: 'POST', body: JSON.stringify(keys) });
    },
    offer(path, { headers = BEARER, body = H264_OFFER, query = '' } = {}) {
      const all = { 'Content-Type': 'application/sdp', ...headers };
      return fetch(url('webrtc', `${path}/whep${query}`), { method: 'POST', headers: all, body });
    },
    async close() {
      await server.stop();
      await Promise.all([hook.close(), camera.close()]);
    },
  };
}

/** The server's own form of an error. */
export async function expectError(response: Response, status: number, error: string | RegExp): Promise<void> {
  const body: unknown = await response.json();
  const text: unknown = typeof error === 'string' ? error : expect.stringMatching(error);
  expect({ status: response.status, body }).toEqual({ status, body: { status: 'error', error: text } });
}
