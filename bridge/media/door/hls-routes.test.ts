import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Busy } from '../../../shared/support/errors.ts';
import { type DoorBench, openDoorBench, refusalOf, until } from './door.fixture.ts';
import { type MediaVersion, SEGMENT } from './media-server.fixture.ts';

const INDEX = '/gate-sub/index.m3u8';

describe.each<MediaVersion>(['1.16.1', '1.20.1'])('HLS through the door, with MediaMTX %s', (version) => {
  let gate: DoorBench;
  beforeEach(async () => {
    gate = await openDoorBench({ version });
  });
  afterEach(() => gate?.close());

  /** Follows a playlist to what it names, as a player does. */
  async function inner(response: Response): Promise<string> {
    const uri = (await response.text()).split('\n').find((line) => line !== '' && !line.startsWith('#')) ?? '';
    const { pathname, search } = new URL(uri, response.url);
    return pathname + search;
  }

  test('a player that sends its token with each request gets playlists and segments whole', async () => {
    const headers = gate.bearer();
    const index = await gate.get(INDEX, { headers });
    expect([index.status, index.headers.get('Cache-Control')]).toEqual([200, 'no-store']);
    const playlist = await inner(index);
    expect(playlist).toBe('/gate-sub/video1_stream.m3u8');
    const segment = await inner(await gate.get(playlist, { headers }));
    const bytes = await gate.get(segment, { headers });
    expect(Object.fromEntries(bytes.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': '300000',
    });
    expect(Buffer.from(await bytes.arrayBuffer()).equals(SEGMENT)).toBe(true);
    for (const response of [index, bytes]) {
      expect(response.headers.get('Set-Cookie')).toBeNull();
      expect(response.headers.get('Server')).toBeNull();
    }
    expect(gate.door.viewers()).toContainEqual({ stream: 'gate-sub', webrtc: 0, hls: 1, rtsp: 0 });
    expect(gate.events('viewer.admitted')).toEqual([{ stream: 'gate-sub', subject: 'operator-1', by: 'hls' }]);
  });

  test('a native player starts with a ticket, and its session stands in every URL instead', async () => {
    const redirect = await gate.get(`${INDEX}?ticket=${gate.ticket()}`);
    expect([redirect.status, redirect.headers.get('Cache-Control')]).toEqual([302, 'no-store']);
    const location = redirect.headers.get('Location') ?? '';
    expect(location).toMatch(/^index\.m3u8\?session=[\w-]{22}$/);
    const index = await gate.get(`/gate-sub/${location}`);
    const playlist = await inner(index);
    expect(playlist).toBe(`/gate-sub/video1_stream.m3u8?${location.split('?')[1]}`);
    const segment = await inner(await gate.get(playlist));
    expect(await (await gate.get(segment)).arrayBuffer()).toHaveProperty('byteLength', SEGMENT.length);
    for (const asked of gate.media.asked) expect(asked.url).not.toContain('ticket');
    for (const secret of gate.media.hlsSecrets) expect(playlist + segment).not.toContain(secret);
  });

  test('a session ends with its token, at once', async () => {
    const redirect = await gate.get(`${INDEX}?ticket=${gate.ticket({ seconds: 120 })}`);
    const location = `/gate-sub/${redirect.headers.get('Location')}`;
    expect((await gate.get(location)).status).toBe(200);
    await gate.pass(120_000);
    const asked = gate.media.asked.length;
    expect(await refusalOf(await gate.get(location))).toEqual([401, 'unauthorized']);
    expect(gate.media.asked).toHaveLength(asked);
    expect(gate.door.viewers()).toContainEqual({ stream: 'gate-sub', webrtc: 0, hls: 0, rtsp: 0 });
  });

  test('a player that has paused, or whose MediaMTX was restarted, goes on where it was', async () => {
    const headers = gate.bearer();
    await (await gate.get(INDEX, { headers })).text();
    await gate.pass(40_000);
    expect(gate.door.viewers()).toContainEqual({ stream: 'gate-sub', webrtc: 0, hls: 0, rtsp: 0 });
    gate.media.hlsSecrets.clear();
    const [one, two] = await Promise.all([1, 2].map(() => gate.get('/gate-sub/seg7.mp4', { headers })));
    expect([one?.status, two?.status]).toEqual([200, 200]);
    await Promise.all([one, two].map((response) => response?.arrayBuffer()));
    expect(gate.media.hlsSecrets.size).toBe(version === '1.16.1' ? 0 : 1);
  });

  test('a stream that may not be read is proven before MediaMTX hears of it, for pieces as for the playlist', async () => {
    gate.camera.mayRead = false;
    gate.camera.refusal = new Busy('camera_locked', 'could not look: shut');
    for (const path of [INDEX, '/gate-sub/seg7.mp4']) {
      expect(await refusalOf(await gate.get(path, { headers: gate.bearer() }))).toEqual([423, 'camera_locked']);
    }
    expect([gate.media.asked.length, gate.camera.contacted]).toEqual([0, 2]);
  });

  test('a viewer that leaves in the middle of a segment leaves MediaMTX as well', async () => {
    const headers = gate.bearer();
    await (await gate.get(INDEX, { headers })).text();
    gate.media.behaviour.holdSegments = true;
    const gone = new AbortController();
    const response = await gate.get('/gate-sub/seg7.mp4', { headers, signal: gone.signal });
    expect(response.status).toBe(200);
    const [held] = gate.media.held;
    expect(held?.response.destroyed).toBe(false);
    gone.abort();
    await until(() => held?.response.destroyed === true);
  });

  test('a segment passes through as it comes, before it is whole', async () => {
    const headers = gate.bearer();
    await (await gate.get(INDEX, { headers })).text();
    gate.media.behaviour.holdSegments = true;
    const response = await gate.get('/gate-sub/seg7.mp4', { headers });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.length).toBe(1_000);
    gate.media.held[0]?.response.end(SEGMENT.subarray(1_000));
    let bytes = first?.value?.length ?? 0;
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) bytes += part.value.length;
    expect(bytes).toBe(SEGMENT.length);
  });
});

describe('HLS at the door', () => {
  let gate: DoorBench;
  beforeEach(async () => {
    gate = await openDoorBench();
  });
  afterEach(() => gate?.close());

  test.each([
    '/gate-sub/../v3/paths/list',
    '/gate-sub/%2e%2e%2fv3%2fpaths',
    '/gate-sub/v3/paths/list.m3u8',
    '/gate-sub/hls.min.js',
    '/gate-sub/index.html',
    '/gate-sub/index.m3u8%00.ts',
    '/gate-sub/a b.ts',
    `/gate-sub/${'x'.repeat(130)}.ts`,
    '/gate-third/index.m3u8',
  ])('%s is no piece of a stream, with the best of tokens', async (path) => {
    expect(await refusalOf(await gate.get(path, { headers: gate.bearer() }))).toEqual([404, 'not_found']);
    expect(gate.media.asked).toEqual([]);
  });

  test('only what low-latency HLS asks for reaches MediaMTX, and only in its form', async () => {
    const headers = gate.bearer();
    await (
      await gate.get('/gate-sub/video1_stream.m3u8?_HLS_msn=7&_HLS_part=0&_HLS_skip=YES&jwt=x&user=y', { headers })
    ).text();
    expect(gate.media.asked.map(({ url }) => url)).toEqual([
      '/gate-sub/video1_stream.m3u8?_HLS_msn=7&_HLS_part=0&_HLS_skip=YES',
    ]);
    const wrong = await gate.get('/gate-sub/video1_stream.m3u8?_HLS_msn=-1', { headers });
    expect(await refusalOf(wrong)).toEqual([400, 'invalid_request']);
  });

  test('a piece that is not there any more is not found, though MediaMTX answers it with an empty 200', async () => {
    const response = await gate.get('/gate-sub/seg1.mp4', { headers: gate.bearer() });
    expect(await refusalOf(response)).toEqual([404, 'not_found']);
  });

  test('a stream that does not start is a camera out of reach', async () => {
    gate.media.behaviour.refusal = { status: 404, error: '' };
    const response = await gate.get(INDEX, { headers: gate.bearer() });
    expect(await refusalOf(response)).toEqual([502, 'camera_unreachable']);
  });

  test('HEAD is answered without a body, and nothing but GET and HEAD is', async () => {
    const headers = gate.bearer();
    const head = await gate.get(INDEX, { method: 'HEAD', headers });
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await gate.get(INDEX, { method, headers });
      expect(response.headers.get('Allow')).toBe('GET, HEAD');
      expect(await refusalOf(response)).toEqual([405, 'invalid_request']);
    }
  });

  test('without a token, with a session that was never given or with a ticket for a piece, nothing is shown', async () => {
    const ticket = gate.ticket();
    for (const path of [INDEX, `${INDEX}?session=${'x'.repeat(22)}`, `/gate-sub/seg7.mp4?ticket=x${ticket}`]) {
      expect(await refusalOf(await gate.get(path))).toEqual([401, 'unauthorized']);
    }
    const other = (await gate.get(`${INDEX}?ticket=${ticket}`)).headers.get('Location') ?? '';
    expect(await refusalOf(await gate.get(`/gate-main/${other}`))).toEqual([401, 'unauthorized']);
    expect([gate.media.asked.length, gate.camera.contacted]).toEqual([0, 0]);
  });

  test('one ticket is one session, however often it is shown', async () => {
    const ticket = gate.ticket();
    const locations = await Promise.all([1, 2, 3].map(() => gate.get(`${INDEX}?ticket=${ticket}`)));
    expect(new Set(locations.map(({ headers }) => headers.get('Location'))).size).toBe(1);
  });

  test('a fresh token takes a player’s place on without a break', async () => {
    await (await gate.get(INDEX, { headers: gate.bearer(gate.token({ seconds: 60 })) })).text();
    await gate.pass(20_000);
    await (await gate.get('/gate-sub/video1_stream.m3u8', { headers: gate.bearer() })).text();
    await gate.pass(25_000);
    expect(gate.door.viewers()).toContainEqual({ stream: 'gate-sub', webrtc: 0, hls: 1, rtsp: 0 });
    expect(gate.events('viewer.admitted')).toHaveLength(1);
  });
});
