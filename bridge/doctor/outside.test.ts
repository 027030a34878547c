import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { apiUnreached } from './checks/api.ts';
import { askOutside, unreachedBy } from './outside.ts';

const TIMEOUT_MS = 10_000;
const PIECE = Buffer.alloc(64 * 1024, 'x');

test('an answer that never ends is read to its limit and let go', async () => {
  const server = createServer((_request, response) => {
    response.write(PIECE);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await askOutside(`http://127.0.0.1:${port}/`, { method: 'GET', timeoutMs: TIMEOUT_MS });
    expect(answer).toMatchObject({ status: 200, text: 'x'.repeat(4_096) });
    await closed;
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('an address that cannot be asked at all is told in words, without its password', async () => {
  const why = (url: string) =>
    askOutside(url, { method: 'GET', timeoutMs: TIMEOUT_MS }).then(
      () => 'reached',
      (error: unknown) => unreachedBy(error).code,
    );
  expect(await why('http://gate:invented-Pass1@127.0.0.1/')).toBe('its URL carries a user or a password');
  expect(await why('http://127.0.0.1:25/')).toBe('bad port');
});

test('a port that speaks plain HTTP is not blamed on a certificate', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const error: unknown = await askOutside(`https://127.0.0.1:${port}/`, {
      method: 'GET',
      timeoutMs: TIMEOUT_MS,
    }).catch((cause: unknown) => cause);
    expect(apiUnreached(error).change).toMatch(/plain HTTP/);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
