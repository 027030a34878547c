import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Busy, Rejected } from '../../../shared/support/errors.ts';
import { type DoorBench, OFFER, ORIGIN, openDoorBench, refusalOf, until } from './door.fixture.ts';
import { ANSWER, type MediaVersion } from './media-server.fixture.ts';

const FRAGMENT = { 'Content-Type': 'application/trickle-ice-sdpfrag' };

describe.each<MediaVersion>(['1.16.1', '1.20.1'])('WHEP through the door, with MediaMTX %s', (version) => {
  let gate: DoorBench;
  beforeEach(async () => {
    gate = await openDoorBench({ version });
  });
  afterEach(() => gate?.close());

  async function opened(...how: Parameters<DoorBench['watch']>): Promise<string> {
    const response = await gate.watch(...how);
    expect([response.status, await response.text()]).toEqual([201, ANSWER]);
    return new URL(response.headers.get('Location') ?? '', response.url).href;
  }

  test('a holder of a token watches, and nothing of MediaMTX’s own names comes out', async () => {
    const response = await gate.watch();
    expect([response.status, await response.text()]).toEqual([201, ANSWER]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/sdp',
      etag: '*',
      'accept-patch': 'application/trickle-ice-sdpfrag',
      link: '<stun:stun.example:3478>; rel="ice-server"',
      'cache-control': 'no-store',
    });
    expect(response.headers.get('Location')).toMatch(/^whep\/[\w-]{22}$/);
    const inside = [...gate.media.whep].flatMap(([secret, { id }]) => [secret, id]);
    expect(inside).toHaveLength(2);
    for (const [, value] of response.headers) expect(inside.some((name) => value.includes(name))).toBe(false);
    expect(gate.media.asked.map(({ body }) => body)).toEqual([OFFER]);
    expect(gate.door.viewers()).toContainEqual({ stream: 'gate-sub', webrtc: 1, hls: 0, rtsp: 0 });
    expect(gate.events('viewer.admitted')).toEqual([{ stream: 'gate-sub', subject: 'operator-1', by: 'webrtc' }]);
  });

  test.each([
    ['/gate-sub/whep', '/live/gate-sub/whep'],
    ['/gate-sub/whep/', '/live/gate-sub/whep/'],
    ['/gate-sub/whep', '/gate-sub/whep?x=1'],
  ])('the Location of a POST to %s is right below any prefix, as a browser resolves it', async (path, posted) => {
    const response = await gate.watch(path);
    const { pathname, search } = new URL(response.headers.get('Location') ?? '', `https://gate.example${posted}`);
    const prefix = posted.slice(0, posted.indexOf('/gate-sub'));
    expect(pathname).toMatch(new RegExp(`^${prefix}/gate-sub/whep/[\\w-]{22}$`));
    expect(search).toBe('');
    const deleted = await gate.get(pathname.slice(prefix.length), { method: 'DELETE' });
    expect(deleted.status).toBe(200);
  });

  test('a session takes candidates, goes on after an ICE restart, and ends once', async () => {
    const session = await opened();
    const patch = () => fetch(session, { method: 'PATCH', headers: FRAGMENT, body: 'a=ice-ufrag:u' });
    expect((await patch()).status).toBe(204);
    gate.media.behaviour.patchAnswer = 'a=ice-ufrag:v';
    const restarted = await patch();
    expect([restarted.status, await restarted.text(), restarted.headers.get('ETag')]).toEqual([
      200,
      'a=ice-ufrag:v',
      '"u"',
    ]);
    expect((await fetch(session, { method: 'DELETE' })).status).toBe(200);
    expect(gate.media.whep.size).toBe(0);
    for (const method of ['DELETE', 'PATCH', 'POST']) {
      const after = await fetch(session, { method, headers: { ...FRAGMENT, ...gate.bearer() }, body: 'a=x' });
      expect(await refusalOf(after), method).toEqual([404, 'not_found']);
    }
    expect(gate.events('viewer.left')).toEqual([{ stream: 'gate-sub', subject: 'operator-1', by: 'webrtc' }]);
  });

  test('a session is known only below its own stream', async () => {
    const session = await opened();
    const elsewhere = await fetch(session.replace('gate-sub', 'gate-main'), { method: 'DELETE' });
    expect(await refusalOf(elsewhere)).toEqual([404, 'not_found']);
    expect(gate.media.whep.size).toBe(1);
  });

  test('a pass is good for one opening only: MediaMTX’s hook denies it afterwards', async () => {
    await opened();
    const pass = /^Bearer (.*)$/.exec(gate.media.asked[0]?.headers.authorization ?? '')?.[1];
    expect(pass).toMatch(/^[\w-]{43}$/);
    const question = { action: 'read', path: 'gate-sub', protocol: 'webrtc', token: pass, id: null };
    const answer = await fetch(gate.hook.url, { method: 'POST', body: JSON.stringify(question) });
    expect([answer.status, await answer.text()]).toEqual([401, '']);
    expect(gate.hook.counts()).toEqual({ allowed: 1, refused: 1 });
  });

  test('a reader that the hook turns away at the last moment is told to come again, not that its token is bad', async () => {
    gate.camera.mayRead = false;
    const response = await gate.watch();
    expect(await refusalOf(response)).toEqual([503, 'camera_busy']);
    expect(response.headers.get('Retry-After')).toBe('2');
    expect(gate.door.viewers()).toContainEqual({ stream: 'gate-sub', webrtc: 0, hls: 0, rtsp: 0 });
  });

  test('a MediaMTX that is gone is nobody’s fault and soon back', async () => {
    await gate.media.close();
    expect(await refusalOf(await gate.watch())).toEqual([503, 'internal']);
  });
});

describe('WHEP at the door', () => {
  let gate: DoorBench;
  beforeAll(async () => {
    gate = await openDoorBench();
  });
  afterEach(() => {
    gate.camera.refusal = null;
    gate.media.behaviour.refusal = null;
  });
  afterAll(() => gate?.close());

  test.each([
    ['no stream of that name', '/gate-third/whep', {}, OFFER, 404, 'not_found'],
    ['a body that is no offer', '/gate-sub/whep', { 'Content-Type': 'text/plain' }, OFFER, 415, 'invalid_request'],
    ['an offer beyond all measure', '/gate-sub/whep', {}, 'x'.repeat(65_537), 413, 'too_large'],
  ])('%s is refused before a token is looked at', async (_, path, headers, body, status, code) => {
    expect(await refusalOf(await gate.watch(path, headers, body))).toEqual([status, code]);
  });

  test('an offer that does not say how long it is ends at the same measure', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 9; n += 1) controller.enqueue(new Uint8Array(8_192));
        controller.close();
      },
    });
    const headers = { 'Content-Type': 'application/sdp', ...gate.bearer() };
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' };
    expect(await refusalOf(await gate.get('/gate-sub/whep', init))).toEqual([413, 'too_large']);
  });

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])(
    '%s is not for the endpoint, and the answer says what is',
    async (method) => {
      const response = await gate.get('/gate-sub/whep', { method, headers: gate.bearer() });
      expect(response.headers.get('Allow')).toBe('OPTIONS, POST');
      expect(await refusalOf(response)).toEqual([405, 'invalid_request']);
    },
  );

  test('a camera that is locked, gone or of another codec is told as such, and MediaMTX is left alone', async () => {
    const before = gate.media.asked.length;
    const cases = [
      [new Busy('camera_locked', 'could not look: shut', { retryAfterSeconds: 60 }), 423, 'camera_locked', '60'],
      [new Busy('camera_unreachable', 'could not look: away'), 502, 'camera_unreachable', null],
      [new Rejected('camera_refused', 'could not look: refused'), 502, 'camera_refused', null],
      [new Rejected('not_supported', 'could not look: H.265'), 422, 'not_supported', null],
    ] as const;
    for (const [refusal, status, code, retryAfter] of cases) {
      gate.camera.refusal = refusal;
      const response = await gate.watch();
      expect(response.headers.get('Retry-After')).toBe(retryAfter);
      expect(await refusalOf(response)).toEqual([status, code]);
    }
    expect(gate.media.asked).toHaveLength(before);
  });

  test.each([
    [400, "source of path 'gate-sub' has timed out", 502, 'camera_unreachable'],
    [404, "no stream is available on path 'gate-sub'", 502, 'camera_unreachable'],
    [400, "path 'gate-sub' is not configured", 503, 'camera_busy'],
    [500, 'terminated', 503, 'camera_busy'],
    [400, "the stream doesn't contain any supported codec, which are currently AV1", 422, 'not_supported'],
    [400, 'codecs not supported by client', 422, 'not_supported'],
    [400, 'maximum reader count reached', 429, 'rate_limited'],
    [400, 'EOF', 400, 'invalid_request'],
    [500, 'listen udp: address already in use', 503, 'internal'],
  ])('MediaMTX’s %i “%s” becomes %i %s', async (status, error, told, code) => {
    gate.media.behaviour.refusal = { status, error };
    const response = await gate.watch();
    const text = await response.clone().text();
    expect(await refusalOf(response)).toEqual([told, code]);
    expect(text).not.toContain('is not configured');
    expect(text).not.toContain('listen udp');
  });

  test('a page of a configured origin may ask and read the answer, one of another may not', async () => {
    const preflight = (origin: string) =>
      gate.get('/gate-sub/whep', {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization,content-type',
        },
      });
    const ours = await preflight(ORIGIN);
    expect(ours.status).toBe(204);
    expect(Object.fromEntries(ours.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-headers': 'Authorization, Content-Type, If-Match',
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      vary: 'Origin',
    });
    for (const origin of ['https://evil.example', `${ORIGIN}.evil.example`, 'null', '*']) {
      const other = await preflight(origin);
      expect(other.headers.get('Access-Control-Allow-Origin')).toBeNull();
      expect(other.headers.get('Vary')).toBe('Origin');
    }
    const refused = await gate.watch('/gate-sub/whep', { Origin: ORIGIN });
    expect([refused.status, refused.headers.get('Access-Control-Allow-Origin')]).toEqual([401, ORIGIN]);
    expect(refused.headers.get('Access-Control-Expose-Headers')).toBe(
      'Location, ETag, Accept-Patch, Link, Retry-After',
    );
  });

  test('a player that asks what the endpoint takes is told without a token', async () => {
    const response = await gate.get('/gate-sub/whep', { method: 'OPTIONS', headers: { Origin: ORIGIN } });
    expect([response.status, response.headers.get('Accept-Post')]).toEqual([204, 'application/sdp']);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN);
  });

  test('whoever shows a ticket instead of a token watches as long as its holder may', async () => {
    const response = await gate.watch(`/gate-sub/whep?ticket=${gate.ticket()}`, {});
    expect(response.status).toBe(201);
    expect(gate.media.asked.at(-1)?.url).toBe('/gate-sub/whep');
    const foreign = await gate.watch(`/gate-sub/whep?ticket=${gate.ticket({ camera: 'exit' })}`, {});
    expect(await refusalOf(foreign)).toEqual([403, 'forbidden']);
  });

  test('a viewer that leaves while its session is being opened leaves nothing behind', async () => {
    const open = gate.media.whep.size;
    const closes = gate.events('viewer.left').length;
    gate.media.behaviour.silent = true;
    const asked = gate.media.asked.length;
    const gone = new AbortController();
    const watching = gate.get('/gate-sub/whep', {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp', ...gate.bearer() },
      body: OFFER,
      signal: gone.signal,
    });
    await until(() => gate.media.asked.length > asked);
    gone.abort();
    await expect(watching).rejects.toThrow();
    gate.media.behaviour.silent = false;
    gate.media.answerHeld();
    await until(() => gate.events('viewer.left').length > closes);
    expect(gate.media.whep.size).toBe(open);
  });

  test('health says whether MediaMTX serves, to anybody', async () => {
    const response = await gate.get('/health');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok', media: 'running' }]);
  });
});
