import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, test } from 'vitest';
import { type DoorBench, OFFER, openDoorBench } from './door.fixture.ts';
import { openUpstream } from './upstream.ts';

const SEATS = { perStream: 1_000, inAll: 1_000 };

describe('the door', () => {
  let gate: DoorBench | undefined;
  afterEach(async () => {
    await gate?.close();
    gate = undefined;
  });

  test('ends a request that drips in, and serves others meanwhile', async () => {
    const bench = await openDoorBench({ options: { requestTimeoutMs: 300 } });
    gate = bench;
    const socket = connect(bench.door.port, '127.0.0.1');
    socket.write('POST /gate-sub/whep HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 100\r\n');
    socket.write(`Authorization: Bearer ${bench.token()}\r\n\r\nv=0`);
    expect((await bench.watch()).status).toBe(201);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 (408|400)/);
    expect(bench.media.whep.size).toBe(1);
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
