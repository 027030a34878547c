import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPicture, NOW } from '../../shared/store/detection.fixture.ts';
import { Busy } from '../../shared/support/errors.ts';
import { type ApiBench, openApi, read } from './api.fixture.ts';

describe('the API', () => {
  let gate: ApiBench;
  beforeAll(async () => {
    gate = await openApi();
  });
  afterAll(() => gate?.close());

  test('lists what passed all cameras, newest first, and with a slash at the end too', async () => {
    for (const path of ['/api/gate/detections', '/api/gate/detections/']) {
      const { status, body, response } = await gate.get(path);
      expect(status).toBe(200);
      expect(body).toMatchObject({ cursor: null, capped: false });
      expect(body.items).toHaveLength(3);
      expect(body.items?.[0]).toMatchObject({ id: read.id, plate: '01A123BC' });
      expect(response.headers.get('Cache-Control')).toBe('no-store');
    }
  });

  test('every picture carries a URL of five minutes and says when it ends', async () => {
    const { body } = await gate.get(`/api/gate/detections/${read.id}/`);
    const { key } = aPicture('scene');
    expect(body.pictures?.[1]).toMatchObject({
      kind: 'scene',
      url: `https://pictures.example/${key}?for=300`,
      urlExpiresAt: new Date(NOW + 300_000).toISOString(),
    });
  });

  test('a body of megabytes is too large for whatever is asked', async () => {
    const response = await gate.api().request('/api/gate/camera/ptz/', {
      method: 'POST',
      headers: { ...gate.operator(), 'Content-Type': 'application/json' },
      body: JSON.stringify({ action: 'zoom_in', more: 'x'.repeat(3_000_000) }),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'too_large' });
  });

  test('a picture is reached by a redirect that nobody caches', async () => {
    const response = await gate
      .api()
      .request(`/api/gate/detections/${read.id}/pictures/plate`, { headers: gate.operator() });
    expect(response.status).toBe(302);
    expect(response.headers.get('Location')).toBe(`https://pictures.example/${aPicture('plate').key}?for=300`);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });

  test('a plate is found however it was typed, whole or by its beginning', async () => {
    for (const typed of ['01A123BC', '01 a 123-bc', ' 01a123bc ', '01a1*', '01 A-1*']) {
      const { body } = await gate.get(`/api/gate/detections?plate=${encodeURIComponent(typed)}`);
      expect(
        body.items?.map(({ id }) => id),
        typed,
      ).toEqual([read.id]);
    }
  });

  test('pages go on from a cursor to the end', async () => {
    const seen: string[] = [];
    let path = '/api/gate/detections?limit=1';
    for (let more: string | null = ''; more !== null; ) {
      const { body } = await gate.get(path);
      seen.push(...(body.items ?? []).map(({ id }) => id));
      more = body.cursor ?? null;
      path = `/api/gate/detections?limit=1&cursor=${more}`;
    }
    expect(new Set(seen).size).toBe(3);
    expect(seen).toHaveLength(3);
  });

  test('camera, span and order narrow and turn the list', async () => {
    const exit = await gate.get('/api/gate/detections?camera=exit');
    expect(exit.body.items).toMatchObject([{ camera: 'exit', plate: null }]);
    const span = await gate.get(
      '/api/gate/detections?camera=gate&from=2026-11-22T15:00:00+05:00&to=2026-11-22T15:00:01%2B05:00',
    );
    expect(span.body.items?.map(({ id }) => id)).toEqual([read.id]);
    const oldest = await gate.get('/api/gate/detections?camera=gate&order=asc');
    expect(oldest.body.items?.map(({ plate }) => plate)).toEqual(['01A999ZZ', '01A123BC']);
  });

  test('health needs no token and turns with the table', async () => {
    const well = await gate.get('/api/health/', {});
    expect([well.status, well.body]).toEqual([200, { status: 'ok', pieces: { table: 'ok' } }]);
    const away = {
      ...gate.store,
      check: () => Promise.reject(new Busy('internal', 'could not reach the table: TimeoutError')),
    };
    const ill = await gate.get('/api/health', {}, gate.api({ store: away }));
    expect([ill.status, ill.body.code, ill.body.pieces]).toEqual([503, 'internal', { table: 'down' }]);
  });
});
