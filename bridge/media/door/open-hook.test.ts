import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DoorBench, openDoorBench, until } from './door.fixture.ts';

describe('MediaMTX’s hook', () => {
  let gate: DoorBench;
  beforeAll(async () => {
    gate = await openDoorBench();
  });
  afterEach(() => {
    gate.camera.mayRead = true;
  });
  afterAll(() => gate?.close());

  async function ask(question: unknown, method = 'POST'): Promise<number> {
    const body = typeof question === 'string' ? question : JSON.stringify(question);
    const response = await fetch(gate.hook.url, method === 'POST' ? { method, body } : { method });
    expect(await response.text()).toBe('');
    return response.status;
  }
  const rtsp = (password: string, changes: object = {}) => ({
    ip: '127.0.0.1',
    user: 'viewer',
    password,
    token: '',
    action: 'read',
    path: 'gate-sub',
    protocol: 'rtsp',
    id: 'c0ffee00-0000-4000-8000-000000000001',
    query: '',
    ...changes,
  });

  test('lets an RTSP player in by a ticket for its camera, and by nothing else', async () => {
    expect(await ask(rtsp(gate.ticket()))).toBe(204);
    expect(await ask(rtsp(''))).toBe(401);
    expect(await ask(rtsp(gate.token()))).toBe(401);
    expect(await ask(rtsp(`${gate.ticket()}x`))).toBe(401);
    expect(await ask(rtsp(gate.ticket({ camera: 'exit' })))).toBe(401);
    expect(await ask(rtsp(gate.ticket(), { protocol: 'rtmp' }))).toBe(401);
  });

  test.each(['publish', 'playback', 'api', 'metrics', 'pprof'])(
    'nobody may %s, with the best of tickets',
    async (action) => {
      expect(await ask(rtsp(gate.ticket(), { action }))).toBe(401);
    },
  );

  test('sends no login to a camera that was not proven: it has it proven, and lets the next try in', async () => {
    gate.camera.mayRead = false;
    const contacted = gate.camera.contacted;
    expect(await ask(rtsp(gate.ticket()))).toBe(401);
    expect(await ask(rtsp('no ticket'))).toBe(401);
    await until(() => gate.camera.contacted > contacted);
    gate.camera.mayRead = true;
    expect(await ask(rtsp(gate.ticket()))).toBe(204);
    expect(gate.camera.contacted).toBe(contacted + 1);
  });

  test('an RTSP reader is seen, and let go when its ticket’s token ends', async () => {
    expect(await ask(rtsp(gate.ticket({ seconds: 30 })))).toBe(204);
    gate.media.rtsp.set('a', { id: 'a', path: 'gate-sub' });
    await gate.pass(2_000);
    expect(gate.door.viewers()).toContainEqual({ stream: 'gate-sub', webrtc: 0, hls: 0, rtsp: 1 });
    await gate.pass(26_000);
    expect(gate.media.rtsp.size).toBe(1);
    await gate.pass(5_000);
    expect(gate.media.rtsp.size).toBe(0);
    expect(gate.events('viewer.let_go')).toEqual([{ stream: 'gate-sub', subject: 'operator-1', by: 'rtsp' }]);
    await gate.pass(2_000);
    expect(gate.door.viewers()).toContainEqual({ stream: 'gate-sub', webrtc: 0, hls: 0, rtsp: 0 });
    expect(gate.events('viewer.left')).toEqual([]);
  });

  test('denies whatever is no question of MediaMTX’s, and goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
        expect(await ask(body)).toBe(401);
      }),
      { numRuns: 50 },
    );
    expect(await ask(JSON.stringify(rtsp(gate.ticket(), { padding: 'x'.repeat(20_000) })))).toBe(401);
    expect(await ask(null, 'GET')).toBe(401);
    expect(
      (await fetch(new URL('/elsewhere', gate.hook.url), { method: 'POST', body: JSON.stringify(rtsp(gate.ticket())) }))
        .status,
    ).toBe(401);
    expect(await ask(rtsp(gate.ticket()))).toBe(204);
  });
});
