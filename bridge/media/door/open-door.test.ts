import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, test } from 'vitest';
import { type DoorBench, OFFER, openDoorBench } from './door.fixture.ts';
import type { WakeGate } from './neighbours.ts';
import { openUpstream } from './upstream.ts';

const SEATS = { perStream: 1_000, inAll: 1_000 };

describe('the door', () => {
  let gate: DoorBench | undefined;
  afterEach(async () => {
    await gate?.close();
    gate = undefined;
  });

  test('ends a request that drips in, and a connection that says nothing, and serves others meanwhile', async () => {
    const bench = await openDoorBench({ options: { requestTimeoutMs: 300 } });
    gate = bench;
    const silent = connect(bench.door.port, '127.0.0.1').resume();
    const ended = once(silent, 'close');
    const socket = connect(bench.door.port, '127.0.0.1');
    socket.write('POST /gate-sub/whep HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 100\r\n');
    socket.write(`Authorization: Bearer ${bench.token()}\r\n\r\nv=0`);
    expect((await bench.watch()).status).toBe(201);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await Promise.all([once(socket, 'close'), ended]);
    expect(answer).toMatch(/^HTTP\/1\.1 (408|400)/);
    expect(bench.media.whep.size).toBe(1);
  });

  const UNFINISHED = [
    '',
    'GET /gate-sub/index.m3u8 HTTP/1.1\r\nHost: x\r\nX-Drip: ',
    'POST /gate-sub/whep HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 100\r\n\r\nv=0',
    // An answer that was had, and the next request that does not come.
    'GET /health HTTP/1.1\r\nHost: x\r\n\r\n',
  ];

  /** Connections that never bring a whole request, the oldest first. */
  async function drip(bench: DoorBench, count: number): Promise<Socket[]> {
    const sockets: Socket[] = [];
    for (let n = 0; n < count; n += 1) {
      const socket = connect(bench.door.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => {}).resume();
      socket.write(UNFINISHED[n % UNFINISHED.length] ?? '');
      sockets.push(socket);
    }
    return sockets;
  }

  /** However it ends: what was still on its way to the door makes it a reset. */
  const closed = (socket: Socket): Promise<void> =>
    new Promise((done) => (socket.closed ? done() : socket.once('close', () => done())));

  test('lets a viewer in though every place is held by connections that drip: the oldest of them goes', async () => {
    const bench = await openDoorBench({ options: { maxConnections: 20 } });
    gate = bench;
    const [oldest, ...others] = await drip(bench, 20);
    expect((await bench.watch()).status).toBe(201);
    await closed(oldest ?? new Socket());
    expect(others.filter(({ closed }) => closed)).toEqual([]);
    expect(bench.events('door.full')).toEqual([{ dropped: 1 }]);
    for (const socket of others) socket.destroy();
  });

  test('drops nobody whom it serves, however many come after', async () => {
    const camera = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const wake: WakeGate = {
      admit: () => {
        asked.resolve();
        return camera.promise;
      },
      mayRead: () => true,
    };
    const bench = await openDoorBench({ options: { maxConnections: 2 }, dependencies: { wake } });
    gate = bench;
    const watching = bench.watch();
    await asked.promise;
    const sockets = await drip(bench, 9);
    await Promise.all(sockets.slice(0, -1).map(closed));
    camera.resolve();
    expect((await watching).status).toBe(201);
    expect(sockets.at(-1)?.closed).toBe(false);
    sockets.at(-1)?.destroy();
  });

  test('adds less than five milliseconds to a POST to a warm stream', async () => {
    const bench = await openDoorBench({ options: { seats: SEATS } });
    gate = bench;
    const token = bench.token();
    const pass = async (n: number, url: string) => {
      const headers = {
        'Content-Type': 'application/sdp',
        'X-Forwarded-For': `198.51.${n >> 8}.${n & 255}`,
        ...bench.bearer(token),
      };
      const begun = performance.now();
      const response = await fetch(url, { method: 'POST', headers, body: OFFER });
      await response.text();
      return { ms: performance.now() - begun, status: response.status };
    };
    const added: number[] = [];
    for (let n = 0; n < 220; n += 1) {
      // The other way is the hook asked in vain: as much work as an opening, and no door.
      const direct = await pass(n, `${bench.media.media.whepUrl}/gate-sub/whep`);
      const through = await pass(n, `${bench.url}/gate-sub/whep`);
      expect([direct.status, through.status]).toEqual([400, 201]);
      if (n >= 20) added.push(through.ms - direct.ms);
    }
    added.sort((a, b) => a - b);
    // The median: on a busy machine the slowest tell of the machine.
    expect(added[100]).toBeLessThan(5);
  });
});

test('the way to MediaMTX is given up when no answer comes in time', async () => {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const upstream = openUpstream({ timeoutMs: 50 });
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/gate-sub/whep`;
  const asked = upstream.ask({ url, method: 'POST', body: new Uint8Array(1) });
  await expect(asked).rejects.toMatchObject({ name: 'Busy', code: 'internal' });
  upstream.close();
  silent.close();
  silent.closeAllConnections();
  await once(silent, 'close');
});
