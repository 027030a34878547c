import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTicket } from '../../../shared/auth/viewer-ticket.ts';
import { NOW } from '../../../shared/store/detection.fixture.ts';
import { type ApiBench, openApi, read } from '../api.fixture.ts';
import type { Live } from '../live-urls.ts';
import { BASE, problemOf, recording } from './client.fixture.ts';
import { gateClient, ticketUrls } from './gate-client.ts';

const key = new Uint8Array(32).fill(7);
const live: Live = { url: 'https://gate.example/live', ticketKey: async () => key };

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
  const { gate, requests } = recording(() =>
    Response.json({ items: [] }, { headers: { 'Content-Type': 'image/jpeg' } }),
  );
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
