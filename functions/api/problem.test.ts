import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { aDetection } from '../../shared/store/detection.fixture.ts';
import { Broken } from '../../shared/support/errors.ts';
import { silentLog } from '../../shared/support/log.ts';
import type { ApiEnv } from './access.ts';
import { type ApiBench, openApi, read } from './api.fixture.ts';
import { answerProblems } from './problem.ts';

describe('problem details', () => {
  let gate: ApiBench;
  beforeAll(async () => {
    gate = await openApi();
  });
  afterAll(() => gate?.close());

  test('a wrong parameter is named, as problem details', async () => {
    for (const [query, named] of [
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=1&limit=2', 'limit'],
      ['plate=01*', 'plate'],
      ['plate=*', 'plate'],
      ['plate=0*1', 'plate'],
      ['plate=---', 'plate'],
      ['camera=GATE', 'camera'],
      ['camera=elsewhere', 'camera'],
      ['from=yesterday', 'from'],
      ['to=9999-12-31T23:59:59-05:00', 'to'],
      ['order=random', 'order'],
      ['cursor=abc', 'cursor'],
    ]) {
      const { response, status, body } = await gate.get(`/api/gate/detections?${query}`);
      expect(status, query).toBe(400);
      expect(response.headers.get('Content-Type')).toBe('application/problem+json');
      expect(body).toMatchObject({
        type: 'urn:gate-camera:problem:invalid_request',
        title: expect.any(String),
        status: 400,
        code: 'invalid_request',
        instance: '/api/gate/detections',
      });
      expect(body.detail, query).toContain(named);
    }
  });

  test('what is not there is not found', async () => {
    const unknown = aDetection({ plate: 'NEVER1' }).id;
    for (const path of [
      `/api/gate/detections/${unknown}`,
      `/api/gate/detections/${unknown}/pictures/scene`,
      `/api/gate/detections/${read.id}/pictures/pilot`,
      '/api/gate/nothing',
      '/',
    ]) {
      const { status, body } = await gate.get(path);
      expect([status, body.code], path).toEqual([404, 'not_found']);
    }
    expect((await gate.get('/api/gate/detections/..%2F..')).status).toBe(400);
  });

  test('a method that a route does not have is told which it has', async () => {
    const response = await gate.api().request('/api/gate/detections/', { method: 'DELETE', headers: gate.operator() });
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')).toBe('GET');
    expect(await response.json()).toMatchObject({ status: 405, code: 'invalid_request' });
  });

  test('whatever breaks inside is a bare internal error outside, and its text stays in', async () => {
    for (const thrown of [
      new Error('secret of 01A123BC'),
      new Broken('internal', 'could not: secret'),
      'a secret string',
    ]) {
      const broken = { ...gate.store, list: () => Promise.reject(thrown) };
      const { status, body } = await gate.get('/api/gate/detections', gate.operator(), gate.api({ store: broken }));
      expect([status, body.code]).toEqual([500, 'internal']);
      expect(JSON.stringify(body)).not.toContain('secret');
    }
    expect(gate.logged).toHaveLength(3);
    expect(gate.logged.join()).not.toContain('01A123BC');
  });

  test('a body that cannot be read is the caller’s fault, not ours', async () => {
    const app = new OpenAPIHono<ApiEnv>();
    answerProblems(app, silentLog);
    const schema = z.object({ action: z.string() });
    const body = { required: true, content: { 'application/json': { schema } } };
    const route = createRoute({
      method: 'post',
      path: '/move',
      request: { body },
      responses: { 204: { description: '' } },
    });
    app.openapi(route, (c) => c.body(null, 204));
    const post = (type: string, text: string) =>
      app.request('/move', { method: 'POST', headers: { 'Content-Type': type }, body: text });
    expect((await post('application/json', '{"action":"zoom_in"}')).status).toBe(204);
    for (const [type, status] of [
      ['application/json', 400],
      ['text/plain', 415],
    ] as const) {
      const response = await post(type, '{"action":');
      expect(response.headers.get('Content-Type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ status, code: 'invalid_request' });
    }
  });
});
