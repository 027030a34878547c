import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Busy } from '../../shared/support/errors.ts';
import { type ApiBench, ORIGIN, openApi, read } from './api.fixture.ts';

describe('access', () => {
  let gate: ApiBench;
  beforeAll(async () => {
    gate = await openApi();
  });
  afterAll(() => gate?.close());

  test('nobody sees the lane without a good token and the right to', async () => {
    const paths = [
      '/api/gate/detections',
      `/api/gate/detections/${read.id}`,
      `/api/gate/detections/${read.id}/pictures/scene`,
    ];
    const expired = gate.issuer.mint({ rights: ['gate:read'], expiresInSeconds: -60, subject: 'operator' });
    for (const path of paths) {
      for (const [headers, status, code] of [
        [{}, 401, 'unauthorized'],
        [{ Authorization: 'Basic b3BlcmF0b3I6eA==' }, 401, 'unauthorized'],
        [{ Authorization: 'Bearer x.y.z' }, 401, 'unauthorized'],
        [{ Authorization: `Bearer ${expired}` }, 401, 'unauthorized'],
        [gate.operator(['gate:control', 'gate:admin']), 403, 'forbidden'],
      ] as const) {
        const { response, body } = await gate.get(path, { ...headers });
        expect([response.status, body.code]).toEqual([status, code]);
        expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
        expect(JSON.stringify(body)).not.toContain('01A123BC');
      }
    }
  });

  test('an issuer that is out of reach is not called a bad token', async () => {
    const verifyToken = () =>
      Promise.reject(new Busy('internal', 'could not verify the token: away', { retryAfterSeconds: 5 }));
    const { response, body } = await gate.get('/api/gate/detections', gate.operator(), gate.api({ verifyToken }));
    expect([response.status, body.code, response.headers.get('Retry-After')]).toEqual([503, 'internal', '5']);
  });

  test('a page of a configured origin may call, one of another may not', async () => {
    const preflight = (origin: string) =>
      gate.api().request('/api/gate/detections', {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'GET',
          'Access-Control-Request-Headers': 'authorization',
        },
      });
    const ours = await preflight(ORIGIN);
    expect(ours.status).toBe(204);
    expect(ours.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN);
    expect(ours.headers.get('Access-Control-Allow-Headers')).toBe('authorization');
    expect((await preflight('https://evil.example')).headers.get('Access-Control-Allow-Origin')).toBeNull();
    const refused = await gate.api().request('/api/gate/detections', { headers: { Origin: ORIGIN } });
    expect([refused.status, refused.headers.get('Access-Control-Allow-Origin')]).toEqual([401, ORIGIN]);
  });
});
