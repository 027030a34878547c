import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../shared/support/secret.ts';
import { freePort } from '../../../test/local/media-process.ts';
import { type DoorBench, openDoorBench, SUB } from '../../media/door/door.fixture.ts';
import { openAnswering, type Reply } from './answering.fixture.ts';
import { checkLive } from './live.ts';

let closing: (() => unknown)[] = [];
let unused: number;
beforeAll(async () => {
  unused = await freePort();
});
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function openDoor(): Promise<DoorBench> {
  const bench = await openDoorBench();
  closing.push(bench.close);
  return bench;
}

async function answering(status: number, headers: Record<string, string> = {}): Promise<string> {
  const { url, close } = await openAnswering(() => ({ status, headers }));
  closing.push(close);
  return url;
}

const look = (liveUrl: string | null, token: string | null = null) =>
  checkLive({ liveUrl, stream: SUB, token: token === null ? null : new Secret(token) });

describe('the door for viewers', () => {
  test('is well when it refuses a viewer without a token, and nothing behind it is woken', async () => {
    const { url, camera } = await openDoor();
    expect(await look(url)).toMatchObject({ status: 'ok' });
    expect(camera.contacted).toBe(0);
  });

  test('is tried with a real offer when there is a token, and the session is closed again', async () => {
    const { url, token, door } = await openDoor();
    expect(await look(url, token())).toMatchObject({ status: 'ok', seen: expect.stringContaining('session closed') });
    expect(door.viewers().map(({ webrtc }) => webrtc)).toEqual([0, 0]);
  });

  test.each<[string, () => string, Reply]>([
    ['a DELETE that is refused', () => '/session', { status: 405 }],
    ['a DELETE that reaches nobody', () => `http://127.0.0.1:${unused}/session`, { status: 200 }],
  ])('keeps its good offer after %s, and says that a session is left', async (_what, location, deleted) => {
    const replies: Reply[] = [
      { status: 401, headers: { 'Content-Type': 'application/problem+json' }, body: '{"code":"unauthorized"}' },
      { status: 201, headers: { Location: location() } },
      deleted,
    ];
    const { url, close } = await openAnswering(() => replies.shift() ?? null);
    closing.push(close);
    expect(await look(url, 'an-invented-token')).toMatchObject({
      status: 'warn',
      seen: expect.stringMatching(/offer with the token was answered.* not closed/),
    });
  });

  test('says whose fault a refused token is', async () => {
    const { url, token } = await openDoor();
    const refused = await look(url, token({ audience: 'somebody-else' }));
    expect(refused).toMatchObject({ status: 'warn', change: expect.stringContaining('fresh token') });
  });

  test.each([
    [201, {}, 'without a token'],
    [404, { 'Content-Type': 'text/html' }, 'not from our door'],
    [401, { 'Content-Type': 'text/plain' }, 'not from our door'],
    [502, {}, 'no door behind it'],
    [302, { Location: 'https://elsewhere.example/' }, 'not from our door'],
  ])('answering %i with %j is no door of ours', async (status, headers, seen) => {
    const url = await answering(status, headers);
    expect(await look(url)).toMatchObject({ status: 'fail', seen: expect.stringContaining(seen) });
  });

  test('that is not there, or not known, or speaks no TLS, is told apart', async () => {
    const url = await answering(200);
    expect((await look(url.replace('http:', 'https:'))).seen).toContain('TLS fails');
    expect((await look(`https://${'a'.repeat(64)}.invalid`)).seen).toContain('DNS');
    await closing.pop()?.();
    expect((await look(url)).seen).toContain('refused');
    expect(await look(null)).toMatchObject({ status: 'skipped' });
  });
});
