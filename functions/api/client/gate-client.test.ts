import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTicket } from '../../../shared/auth/viewer-ticket.ts';
import { NOW } from '../../../shared/store/detection.fixture.ts';
import { type ApiBench, openApi, read } from '../api.fixture.ts';
import type { Live } from '../live-urls.ts';
import { GateProblem, gateClient, ticketUrls } from './gate-client.ts';

const BASE = 'https://api.gate.example';
const key = new Uint8Array(32).fill(7);
const live: Live = { url: 'https://gate.example/live', ticketKey: async () => key };

/** What is asked, answered by `answer`. */
function recording(answer: () => Response) {
  const requests: Request[] = [];
  let tokens = 0;
  const gate = gateClient({
    baseUrl: `${BASE}/`,
    token: async () => `token-${++tokens}`,
    fetch: async (request) => {
      requests.push(request);
      return answer();
    },
  });
  return { gate, requests };
}

const problemOf = async (asked: Promise<unknown>): Promise<GateProblem> => {
  const thrown: unknown = await asked.then(
    () => 'an answer',
    (error: unknown) => error,
  );
  if (!(thrown instanceof GateProblem)) throw new Error(`no GateProblem but ${String(thrown)}`);
  return thrown;
};

describe('a frontend, by the client', () => {
  let bench: ApiBench;
  beforeAll(async () => {
    bench = await openApi();
  });
  afterAll(() => bench?.close());

  const client = (rights: Parameters<ApiBench['operator']>[0] = ['gate:read']) =>
    gateClient({
      baseUrl: BASE,
      token: async () => bench.issuer.mint({ rights: rights ?? [], expiresInSeconds: 60, subject: 'operator' }),
      fetch: async (request) => bench.api({ live }).request(request),
    });

  test('reads every page of a search, newest first, and stops when it has enough', async () => {
    const plates: (string | null)[] = [];
    let pages = 0;
    for await (const { items } of client().detectionPages({ limit: 1 })) {
      pages += 1;
      plates.push(...items.map(({ plate }) => plate));
    }
    expect(plates[0]).toBe(read.plate);
    expect(plates.slice(1).sort()).toEqual(['01A999ZZ', null]);
    expect(pages).toBeGreaterThanOrEqual(3);
    for await (const { items } of client().detectionPages({ plate: '01A*', limit: 1 })) {
      expect(items).toHaveLength(1);
      break;
    }
  });

  test('shows a read with its pictures, and how its cameras are', async () => {
    const { plate, pictures } = await client().getDetection({ id: read.id });
    expect(plate).toBe(read.plate);
    expect(pictures.map(({ kind }) => kind)).toEqual(['plate', 'scene']);
    expect((await client().listCameras()).items.map(({ id, stream }) => [id, stream.status])).toEqual([
      ['gate', 'unknown'],
      ['exit', 'unknown'],
    ]);
    expect((await client().getHealth()).status).toBe('ok');
  });

  test('watches by URLs whose ticket the door takes', async () => {
    const view = await client().watchCamera({ id: 'exit', stream: 'main' });
    const { whep, hls } = ticketUrls(view);
    expect([view.whep, view.hls].map((url) => new URL(url).search)).toEqual(['', '']);
    for (const url of [whep, hls]) {
      const { pathname, searchParams } = new URL(url);
      expect(pathname).toMatch(/^\/live\/exit-main\//);
      expect(readTicket(key, searchParams.get('ticket') ?? '', NOW)).toMatchObject({ camera: 'exit' });
    }
  });

  test('is told why not by a code', async () => {
    const refusals = [
      [client().getCamera({ id: 'nowhere' }), 'not_found', 404],
      [client([]).listCameras(), 'forbidden', 403],
      [client().listDetections({ plate: '*' }), 'invalid_request', 400],
      [client(['gate:control']).moveLens({ action: 'zoom_in' }), 'invalid_request', 400],
    ] as const;
    for (const [asked, code, status] of refusals) {
      expect((await problemOf(asked)).problem).toMatchObject({ code, status });
    }
  });

  test('cannot leave an operation by what it asks for', async () => {
    const { problem } = await problemOf(client().getDetection({ id: `../cameras?x=${read.id}#` }));
    expect(problem.code).toBe('invalid_request');
    const asked = recording(() => Response.json({}));
    await asked.gate.getCamera({ id: '../../health' });
    expect(asked.requests.map(({ url }) => url)).toEqual([`${BASE}/api/gate/cameras/..%2F..%2Fhealth`]);
  });
});

test('each operation of the document is a method that asks for just that', async () => {
  const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'));
  const documented = Object.entries<Record<string, { operationId: string; responses: object }>>(document.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods)
        // A redirect to what an <img> asks for by itself.
        .filter(([, { responses }]) => !('302' in responses))
        .map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
  );
  const { gate, requests } = recording(() => Response.json({}));
  const asked: string[] = [];
  const also = async (operation: string, request: Promise<unknown>) => {
    await request;
    const { method, url } = requests.at(-1) ?? {};
    asked.push(
      `${operation} ${method} ${new URL(url ?? '').pathname.replace('/gate-1', '/{id}').replace('/7', '/{n}')}`,
    );
  };
  const id = 'gate-1';
  await also('listDetections', gate.listDetections());
  await also('getDetection', gate.getDetection({ id }));
  await also('listCameras', gate.listCameras());
  await also('getCamera', gate.getCamera({ id }));
  await also('watchCamera', gate.watchCamera({ id }));
  await also('rearmCamera', gate.rearmCamera({ id }));
  await also('moveLens', gate.moveLens({ action: 'stop' }));
  await also('listPresets', gate.listPresets({ id }));
  await also('goToPreset', gate.goToPreset({ id, n: '7' }));
  await also('goHome', gate.goHome({ id }));
  await also('saveHome', gate.saveHome({ id }));
  await also('listMoves', gate.listMoves({ id }));
  await also('getCompleteness', gate.getCompleteness({ id }));
  await also('takeSnapshot', gate.takeSnapshot({ id }));
  await also('getHealth', gate.getHealth());
  await also('getOpenApi', gate.getOpenApi());
  expect(asked.sort()).toEqual(documented.sort());
});

describe('a request', () => {
  test('carries a fresh token each time, what was asked in its place, and none where none is needed', async () => {
    const { gate, requests } = recording(() => Response.json({}));
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
