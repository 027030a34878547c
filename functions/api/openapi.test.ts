import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiBench, openApi, read } from './api.fixture.ts';

describe('the OpenAPI document', () => {
  let gate: ApiBench;
  beforeAll(async () => {
    gate = await openApi();
  });
  afterAll(() => gate?.close());

  test('the OpenAPI document names exactly the routes that are served', async () => {
    const { status, body } = await gate.get('/api/openapi.json', {});
    expect(status).toBe(200);
    const documented = Object.entries(body.paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = gate
      .api()
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(documented.sort()).toEqual([...new Set(served)].sort());
    expect(documented).toContain('GET /api/gate/detections/{id}/pictures/{kind}');
  });

  test('every operation of the document says what it needs, gives and fails with', async () => {
    const { body } = await gate.get('/api/openapi.json', {});
    expect(body.components?.securitySchemes).toMatchObject({ jwt: { type: 'http', scheme: 'bearer' } });
    for (const [path, { get: operation }] of Object.entries(body.paths ?? {})) {
      expect(operation, path).toMatchObject({
        operationId: expect.any(String),
        summary: expect.any(String),
        security: expect.any(Array),
      });
      const open = path === '/api/health' || path === '/api/openapi.json';
      expect(operation?.security, path).toEqual(open ? [] : [{ jwt: ['gate:read'] }]);
      if (!open)
        expect(Object.keys(operation?.responses ?? {}), path).toEqual(expect.arrayContaining(['400', '401', '403']));
    }
  });

  test('an answer has the shape that the document promises', async () => {
    const { body: document } = await gate.get('/api/openapi.json', {});
    const { body: detection } = await gate.get(`/api/gate/detections/${read.id}`);
    const { properties = {}, required = [] } = document.components?.schemas.Detection ?? {};
    expect(Object.keys(detection).length).toBeGreaterThan(10);
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(detection)));
    expect(required).toContain('pictures');
    expect(Object.keys(detection)).toEqual(expect.arrayContaining(required));
    expect(properties.plate).toMatchObject({ type: ['string', 'null'] });
  });
});
