import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openIssuer } from '../local/issuer.ts';
import { type Gate, openGate } from './gate.fixture.ts';

const PATH = '/api/gate/cameras/gate/snapshot';

let gate: Gate;
beforeAll(async () => {
  gate = await openGate();
  await gate.connected();
});
afterAll(() => gate.close());
beforeEach(() => gate.camera.setFaults({}));

describe('a snapshot through the API', () => {
  test('is a whole JPEG that nobody in between keeps', async () => {
    const answer = await gate.get(PATH);
    const jpeg = Buffer.from(await answer.arrayBuffer());
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'image/jpeg']);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect([jpeg.readUInt16BE(0), jpeg.readUInt16BE(jpeg.length - 2)]).toEqual([0xffd8, 0xffd9]);
  });

  test.each([
    ['XML with 200', 'error-with-200', 502, 'camera_refused', 'deviceError'],
    ['a login page with 200', 'login-page-with-200', 502, 'camera_refused', 'web page'],
    ['deviceBusy', 'busy', 503, 'camera_busy', 'busy'],
  ] as const)('a camera that answers %s is a problem that says why', async (_, snapshot, status, code, why) => {
    gate.camera.setFaults({ snapshot });
    const answer = await gate.get(PATH);
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([status, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({ code, detail: expect.stringContaining(why) });
  });

  test('ten at once are ten pictures, or told to come again; the camera gets one request at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => gate.get(PATH)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses).toContain(200);
    for (const answer of answers.filter(({ status }) => status === 503)) {
      expect(await answer.json()).toMatchObject({ code: 'camera_busy' });
    }
  });

  test('is for those who may see the lane', async () => {
    const { mint } = await openIssuer({ folder: gate.folder });
    const token = mint({ rights: ['gate:control'], expiresInSeconds: 60, subject: 'driver' });
    const headers = { Authorization: `Bearer ${token}` };
    const { length } = gate.camera.requests;
    expect((await fetch(`${gate.system.url}${PATH}`, { headers })).status).toBe(403);
    expect((await fetch(`${gate.system.url}${PATH}`)).status).toBe(401);
    expect((await gate.get('/api/gate/cameras/exit/snapshot')).status).toBe(404);
    expect(gate.camera.requests).toHaveLength(length);
  });
});
