// The wake with MediaMTX itself, the real one or its stand-in, and the simulated camera: who sends which login, and when.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../shared/support/clock.ts';
import { type SimulatedCamera, startCamera } from '../../../test/camera/camera.ts';
import { binaryHere } from '../mediamtx/fake-binary.fixture.ts';
import { settlePorts } from '../mediamtx/free-ports.ts';
import { pidIn, startServer, temporaryFolder, until } from '../mediamtx/media-server.fixture.ts';
import { openGate } from '../rtsp/probe.fixture.ts';
import { probeStream } from '../rtsp/probe-stream.ts';
import { sub } from './wake.fixture.ts';
import { createWake } from './wake.ts';

const PASSWORD = 'p@ss:w/1 %$MTX_QUERY ä';
const cleaning: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});

/** A hook that lets everybody read, as the door's does after an admission. */
async function openHook(): Promise<string> {
  const hook = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  cleaning.push(async () => {
    hook.closeAllConnections();
    hook.close();
  });
  return `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
}

async function startGate() {
  const camera = await startCamera({ heartbeatMs: false, password: PASSWORD, pictures: { drawn: 'none' } });
  cleaning.push(() => camera.close());
  const { folder, remove } = await temporaryFolder();
  cleaning.push(remove);
  const ports = await settlePorts({ api: 0, webrtc: 0, hls: 0, rtsp: 0, media: 0 });
  const settings = { ports, hookUrl: await openHook(), rtspHost: '127.0.0.1', mediaHosts: ['127.0.0.1'] };
  const { server, log, stop } = await startServer(await binaryHere(), folder, { settings });
  cleaning.push(stop);
  const opened = openGate({ ports: camera, password: PASSWORD });
  const ended = new AbortController();
  const wake = createWake({
    cameras: new Map([[opened.camera.id, opened]]),
    server,
    probe: (of, kind, { signal }) => probeStream(of, kind, { clock: systemClock, signal }),
    clock: systemClock,
    log,
    signal: ended.signal,
  });
  cleaning.push(async () => {
    ended.abort();
    await wake.done;
  });
  await server.ready(15_000);
  /** A player that wakes the path; resolves with whether it got a playlist. */
  const play = async () => (await fetch(`${server.hlsUrl}/${sub}/index.m3u8`)).ok;
  const kill = async () => process.kill(await pidIn(folder), 'SIGKILL');
  return { camera, server, log, wake, opened, play, kill };
}

const logins = ({ video }: SimulatedCamera) =>
  video.requests.filter(({ authorization }) => authorization !== 'none').map(({ status }) => status);

describe('a camera and MediaMTX', () => {
  test('a stream plays with the password that was proven, and is known to, while MediaMTX is restarted too', async () => {
    const { camera, server, wake, opened, play, kill } = await startGate();
    await wake.admit(sub, 'hls');
    expect(await play()).toBe(true);
    const playing = () => wake.streams().find(({ stream }) => stream === sub);
    const seen = await until(playing, (view) => view?.ready === true && view.bytesReceived > 0);
    expect(seen).toMatchObject({ tracks: ['H264'], viewers: { hls: 1 }, reason: null });
    expect(new Set(logins(camera))).toEqual(new Set([200]));

    await kill();
    await until(
      () => server.state,
      ({ status, restarts }) => status === 'running' && restarts === 1,
    );
    expect(await server.api.path(sub)).toBeNull();
    await wake.admit(sub, 'hls');
    expect(await server.api.path(sub)).not.toBeNull();
    expect(await opened.guard.state()).toMatchObject({ badLogins: 0, shut: null });
  });

  test('a password that turned wrong after the proof costs one login: the path is gone before a second', async () => {
    const { camera, server, log, wake, opened, play } = await startGate();
    await wake.admit(sub, 'hls');
    camera.setFaults({ rtsp: { name: 'unauthorized' } });
    const player = play();
    await until(() => log.events.some(({ event }) => event === 'video.login_refused'), Boolean);
    const refusedAt = Date.now();
    await until(
      () => server.api.path(sub),
      (path) => path === null,
    );
    expect(Date.now() - refusedAt).toBeLessThan(10_000);
    expect(await player).toBe(false);

    // Whoever retries sends nothing more.
    for (let tries = 0; tries < 3; tries += 1) {
      expect(wake.mayRead(sub)).toBe(false);
      await expect(wake.admit(sub, 'hls')).rejects.toMatchObject({ code: 'camera_locked' });
      await play();
    }
    expect(logins(camera).filter((status) => status === 401)).toHaveLength(1);
    expect(await opened.guard.state()).toMatchObject({ badLogins: 1, shut: { why: 'bad_login' } });
    expect(JSON.stringify(log.events)).not.toContain('MTX_QUERY');
  });
});
