import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { binaryHere, fakeBinary } from './fake-binary.fixture.ts';
import { settlePorts } from './free-ports.ts';
import { isAlive, pidIn, type ServerUnderTest, startServer, temporaryFolder, until } from './media-server.fixture.ts';
import type { MediaServerDependencies } from './media-server.ts';

const cleaning: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});

async function folderHere(): Promise<string> {
  const { folder, remove } = await temporaryFolder();
  cleaning.push(remove);
  return folder;
}

async function started(binary: string, folder: string, change?: Partial<MediaServerDependencies>) {
  const under = await startServer(binary, folder, change);
  cleaning.push(under.stop);
  return under;
}

const reasonsOf = ({ log }: ServerUnderTest) => log.events.map(({ fields }) => fields.reason).filter(Boolean);

describe('the MediaMTX that is here', () => {
  test('takes the configuration without a warning, serves, and is back within seconds of a kill -9', async () => {
    const folder = await folderHere();
    const under = await started(await binaryHere(), folder);
    const { server, log } = under;
    await server.ready(15_000);
    expect(server.state).toMatchObject({ status: 'running', restarts: 0, reason: null });
    expect((await server.api.info()).version).toBe(server.state.version);
    expect(await server.api.paths()).toEqual([]);
    expect(log.events.filter(({ level }) => level !== 'info')).toEqual([]);

    const first = await pidIn(folder);
    const killedAt = Date.now();
    process.kill(first, 'SIGKILL');
    await until(
      () => server.state,
      ({ status, restarts }) => status === 'running' && restarts === 1,
    );
    // The real one takes half a second; the stand-in is a whole Node that starts.
    expect(Date.now() - killedAt).toBeLessThan(4_000);
    expect(await pidIn(folder)).not.toBe(first);
    expect(reasonsOf(under)).toEqual(['MediaMTX was ended by SIGKILL']);

    const second = await pidIn(folder);
    await under.stop();
    expect([server.state.status, isAlive(second)]).toEqual(['stopped', false]);
  });

  test('keeps its configuration to its owner, and leaves nothing half written', async () => {
    const folder = await folderHere();
    const under = await started(await fakeBinary(folder, { kind: 'serves' }), folder);
    await under.server.ready(10_000);
    expect((await stat(join(folder, 'mediamtx.yml'))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a MediaMTX that ends by itself', () => {
  test.each([0, 2])('with code %i has crashed: it is started again', async (code) => {
    const folder = await folderHere();
    const under = await started(await fakeBinary(folder, { kind: 'ends', code, says: 'oh' }), folder);
    await until(
      () => under.server.state.restarts,
      (restarts) => restarts > 0,
    );
    expect(reasonsOf(under)[0]).toBe(`MediaMTX ended with code ${code}: oh`);
  });

  test('before it serves is started again too, and its own words are the reason', async () => {
    const folder = await folderHere();
    const says = 'ERR: json: unknown field "moq"';
    const under = await started(await fakeBinary(folder, { kind: 'fails', code: 1, says }), folder);
    await until(
      () => under.server.state.restarts,
      (restarts) => restarts > 1,
    );
    expect(under.server.state.reason).toBe('MediaMTX ended with code 1: json: unknown field "moq"');
  });
});

describe('what stands in the way', () => {
  test('no MediaMTX: said at once with what to do, and once, and everything else goes on', async () => {
    const folder = await folderHere();
    const under = await started(join(folder, 'nothing-here'), folder);
    await until(
      () => under.server.state.status,
      (status) => status === 'missing',
    );
    await expect(under.server.ready(60_000)).rejects.toMatchObject({
      code: 'camera_busy',
      message: expect.stringContaining('MEDIAMTX_BIN names no program'),
    });
    expect(under.log.events.map(({ event }) => event)).toEqual(['mediamtx.missing']);
  });

  test("somebody else's server on our port: said by its number, and not taken for ours", async () => {
    const folder = await folderHere();
    const ports = await settlePorts({ api: 0, webrtc: 0, hls: 0, rtsp: 0, media: 0 });
    const other = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 200 OK\r\n\r\n{"version":"v1.16.1"}');
    });
    other.listen(ports.api, '127.0.0.1');
    await once(other, 'listening');
    cleaning.push(async () => other.close());
    const settings = { ports, hookUrl: 'http://127.0.0.1:9/auth', rtspHost: '127.0.0.1', mediaHosts: [] };
    const under = await started(await fakeBinary(folder, { kind: 'serves' }), folder, { settings });
    await until(
      () => under.server.state.status,
      (status) => status === 'restarting',
    );
    expect(under.server.state.reason).toBe(
      `could not start MediaMTX: 127.0.0.1:${ports.api} is taken by another process`,
    );
    await expect(under.server.ready(50)).rejects.toThrow(/is taken by another process/);
  });

  test('a MediaMTX that names the port which was taken under its hands', async () => {
    const folder = await folderHere();
    const says = '2026/02/07 12:00:00 ERR listen udp :8189: bind: address already in use';
    const under = await started(await fakeBinary(folder, { kind: 'fails', code: 1, says }), folder);
    await until(
      () => under.server.state.status,
      (status) => status === 'restarting',
    );
    expect(under.server.state.reason).toBe('could not start MediaMTX: :8189 is taken by another process');
  });

  test('one that does not care for SIGTERM is killed', async () => {
    const folder = await folderHere();
    const under = await started(await fakeBinary(folder, { kind: 'stubborn' }), folder, {
      // Ten seconds pass in a tenth.
      clock: {
        now: () => Date.now(),
        sleep: (ms, signal) =>
          new Promise((next, no) => {
            const timer = setTimeout(next, ms >= 10_000 ? 100 : ms);
            signal?.addEventListener(
              'abort',
              () => {
                clearTimeout(timer);
                no(signal.reason);
              },
              { once: true },
            );
          }),
      },
    });
    await under.server.ready(9_999);
    const pid = await pidIn(folder);
    await under.stop();
    expect(isAlive(pid)).toBe(false);
  });

  test('nothing of our environment reaches it', async () => {
    const folder = await folderHere();
    const under = await started(await fakeBinary(folder, { kind: 'serves' }), folder);
    await under.server.ready(10_000);
    const said = await until(
      () => under.log.events.find(({ fields }) => String(fields.text).startsWith('environment')),
      (line) => line !== undefined,
    );
    expect(said?.fields.text).toBe('environment of 0');
  });
});
