import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiBench, openApi, read } from './api.fixture.ts';

/** Looking needs one right, live or not; moving another, and arming a guard again a third. */
function rightOf(operation: string): string | null {
  if (['get /api/health', 'get /api/openapi.json'].includes(operation)) return null;
  if (operation.startsWith('get ') || operation.endsWith('/live')) return 'gate:read';
  return operation.endsWith('/rearm') ? 'gate:admin' : 'gate:control';
}

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
    const operations = Object.entries(body.paths ?? {}).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    );
    for (const { name, operation } of operations) {
      expect(operation, name).toMatchObject({
        operationId: expect.any(String),
        summary: expect.any(String),
        security: expect.any(Array),
      });
      const right = rightOf(name);
      expect(operation.security, name).toEqual(right === null ? [] : [{ jwt: [right] }]);
      if (right !== null)
        expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['401', '403']));
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
