import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BASE, problemOf, recording, unreachableOf } from './client.fixture.ts';
import { type GateClient, gateClient } from './gate-client.ts';

const breakingOff = (text: string) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.error(new TypeError('terminated'));
    },
  });

describe('a request', () => {
  test('carries a fresh token each time, what was asked in its place, and none where none is needed', async () => {
    const { gate, requests } = recording(() => Response.json({ items: [] }));
    await gate.listDetections({ plate: '01A*', camera: undefined, limit: 5 });
    await gate.moveLens({ action: 'zoom_in', durationMs: 400 });
    await gate.getHealth();
    expect(requests.map(({ url }) => url)).toEqual([
      `${BASE}/api/gate/detections?plate=01A*&limit=5`,
      `${BASE}/api/gate/camera/ptz`,
      `${BASE}/api/health`,
    ]);
    expect(requests.map(({ headers }) => headers.get('Authorization'))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      null,
    ]);
    expect(await requests[1]?.json()).toEqual({ action: 'zoom_in', durationMs: 400 });
  });

  test('brings a picture as bytes', async () => {
    const { gate } = recording(
      () => new Response(new Uint8Array([0xff, 0xd8]), { headers: { 'Content-Type': 'image/jpeg' } }),
    );
    const picture = await gate.takeSnapshot({ id: 'gate' });
    expect([picture.type, picture.size]).toEqual(['image/jpeg', 2]);
  });

  test('that somebody else’s hand forestalled says whose, and when to ask again', async () => {
    const said = { type: 'urn:x', title: 'Someone else holds this', status: 409, code: 'conflict', detail: 'held' };
    const body = { ...said, instance: '/api/gate/camera/ptz', holder: 'operator-2', heldForMs: 1_400 };
    const { gate } = recording(() => Response.json(body, { status: 409, headers: { 'Retry-After': '2' } }));
    const { problem, retryAfterSeconds } = await problemOf(gate.moveLens({ action: 'zoom_in' }));
    expect({ holder: problem.holder, heldForMs: problem.heldForMs, retryAfterSeconds }).toEqual({
      holder: 'operator-2',
      heldForMs: 1_400,
      retryAfterSeconds: 2,
    });
  });

  test.each([
    [429, '{"message":"Too Many Requests"}', 'rate_limited'],
    [413, '{"message":"Request Too Long"}', 'too_large'],
    [503, '{"message":"Service Unavailable"}', 'internal'],
    [502, '<html>bad gateway</html>', 'internal'],
    [500, 'null', 'internal'],
  ])('that something before the API answers with %i is a problem as well', async (status, body, code) => {
    const { gate } = recording(() => new Response(body, { status }));
    const { problem, retryAfterSeconds } = await problemOf(gate.listCameras());
    expect(problem).toMatchObject({ status, code, instance: '/api/gate/cameras' });
    expect(retryAfterSeconds).toBeNull();
  });

  test.each([
    [BASE, BASE],
    [`${BASE}/api`, BASE],
    [`${BASE}/api//`, BASE],
    [`${BASE}/yard/api/`, `${BASE}/yard`],
    ['http://api', 'http://api'],
    ['http://api/api', 'http://api'],
  ])('finds the API by its address with and without /api: %s', async (baseUrl, root) => {
    const urls: string[] = [];
    const fetch = async ({ url }: Request) => {
      urls.push(url);
      return Response.json({ items: [] });
    };
    await gateClient({ baseUrl, token: () => 'token', fetch }).listCameras();
    expect(urls).toEqual([`${root}/api/gate/cameras`]);
  });

  test('to an API that cannot be reached says what was asked, and why it failed, without the token', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const gate = gateClient({ baseUrl: `http://127.0.0.1:${port}`, token: async () => 'token-of-nobody' });
    const thrown = await unreachableOf(gate.listDetections({ plate: '01A*' }));
    expect(thrown.message).toBe('could not ask GET /api/gate/detections: the gate’s API did not answer');
    expect(thrown.cause).toBeInstanceOf(TypeError);
    expect(inspect(thrown, { depth: 9 })).not.toContain('token-of-nobody');
  });

  test.each([
    ['a page that something before the API answers with 200', () => new Response('<html>sign in</html>')],
    ['an answer that breaks off', () => new Response(breakingOff('{"items":['))],
    ['null', () => Response.json(null)],
    ['a list without items', () => Response.json({ cameras: [] })],
    ['a list whose items are none', () => Response.json({ items: 3 })],
  ])('that ends in %s is an error of the client as well', async (_, answer) => {
    const { gate } = recording(answer);
    const { message, cause } = await unreachableOf(gate.listCameras());
    expect(message).toMatch(/^could not ask GET \/api\/gate\/cameras: /);
    expect(cause).toBeInstanceOf(Error);
  });

  test.each(['text/html', null])(
    'for a picture that brings %s in its place is an error of the client',
    async (type) => {
      const headers = new Headers(type === null ? {} : { 'Content-Type': type });
      const { gate } = recording(() => new Response(new Uint8Array([0xff, 0xd8]), { headers }));
      const { cause } = await unreachableOf(gate.takeSnapshot({ id: 'gate' }));
      expect(String(cause)).toContain('answered with something else: no image/jpeg');
    },
  );

  test.each([undefined, null, 7])('for which token() brings %s says so', async (token) => {
    const options = { baseUrl: BASE, token: async () => token };
    // As a page without types may call it.
    const gate: GateClient = Reflect.apply(gateClient, undefined, [options]);
    const { message } = await unreachableOf(gate.listCameras());
    expect(message).toBe('could not ask GET /api/gate/cameras: token() brought no token');
  });

  test('with a token that no header can carry does not repeat it', async () => {
    const gate = gateClient({ baseUrl: BASE, token: async () => 'token-of\nnobody' });
    expect(inspect(await unreachableOf(gate.listCameras()), { depth: 9 })).not.toContain('token-of');
  });

  test('fails with what the caller’s own token failed with', async () => {
    const lost = new Error('signed out');
    const gate = gateClient({ baseUrl: BASE, token: () => Promise.reject(lost) });
    await expect(gate.listCameras()).rejects.toBe(lost);
  });

  test('ends with its caller’s signal, by the platform’s own fetch', async () => {
    const stop = new AbortController();
    const server = createServer(() => stop.abort(new Error('the page was left'))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const gate = gateClient({ baseUrl: `http://127.0.0.1:${port}`, token: async () => 'token' });
    await expect(gate.listCameras({ signal: stop.signal })).rejects.toThrow('the page was left');
    server.closeAllConnections();
    server.close();
  });
});

test.each([
  ['', 'is no URL'],
  ['not a url', 'is no URL'],
  ['/api', 'is no URL'],
  ['api.gate.example:443', 'is no URL'],
  ['ftp://api.gate.example', 'is no URL'],
  [`${BASE}?tenant=1`, 'has a query or a fragment'],
  [`${BASE}/#gate`, 'has a query or a fragment'],
  ['https://operator:invented-Pass9@api.gate.example', 'holds credentials'],
  ['https://invented-Pass9@api.gate.example', 'holds credentials'],
])('a client is not made where its address is %j, which is not repeated', (baseUrl, why) => {
  const make = () => gateClient({ baseUrl, token: async () => 'token' });
  expect(make).toThrow(TypeError);
  expect(make).toThrow(`could not make a gate client: baseUrl ${why}`);
  expect(make).not.toThrow('Pass9');
});
