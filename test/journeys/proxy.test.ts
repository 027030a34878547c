// The TLS proxies as they are shipped, in front of the video door: below a prefix (nginx, Caddy) and at a name's root (Caddy).
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { caddy, type FakeDoor, isInstalled, nginx, openFakeDoor, openProxy, type TlsProxy } from './proxy.fixture.ts';
import { until } from './until.ts';

const TOKEN = 'Bearer invented.token.here';
const TICKET = 'invented-ticket';
const KIBIBYTE = 1024;

let door: FakeDoor;
let proxy: TlsProxy;
const PREFIX = '/camera/';

describe.for([nginx, caddy])('$name', (kind) => {
  describe.skipIf(!isInstalled(kind))('in front of the door', () => {
    beforeEach(async () => {
      door = await openFakeDoor();
      proxy = await openProxy(kind, door);
    });
    afterEach(async () => {
      await proxy.close();
      await door.close();
    });

    test('every request of a viewer reaches it below the prefix, with its headers, body and query', async () => {
      const headers = {
        authorization: TOKEN,
        'content-type': 'application/sdp',
        'if-match': '*',
        origin: 'https://app.example.com',
        range: 'bytes=0-99',
      };
      const asked = [
        { method: 'OPTIONS', path: 'gate-sub/whep' },
        { method: 'POST', path: 'gate-sub/whep', body: 'v=0' },
        { method: 'POST', path: 'gate-main/whep/' },
        { method: 'PATCH', path: 'north-2-main/whep/Ab-_9', body: 'a=ice-ufrag:x' },
        { method: 'DELETE', path: 'gate-sub/whep/Ab-_9' },
        { method: 'GET', path: `gate-sub/index.m3u8?ticket=${TICKET}&_HLS_msn=7` },
        { method: 'HEAD', path: 'gate-sub/video1_stream.m3u8' },
        { method: 'GET', path: 'gate-sub/0a1b-2_seg7.mp4' },
      ];
      for (const { path, ...request } of asked)
        expect(await proxy.ask(PREFIX + path, { headers, ...request })).toMatchObject({ status: 204 });
      expect(door.requests.map(({ method, url }) => ({ method, path: url.slice(1) }))).toEqual(
        asked.map(({ method, path }) => ({ method, path })),
      );
      expect(door.requests.map(({ body }) => body)).toEqual(asked.map(({ body = '' }) => body));
      for (const request of door.requests) expect(request.headers).toMatchObject(headers);
    });

    test('what a viewer says about its own address does not reach the door', async () => {
      await proxy.ask(`${PREFIX}gate-sub/whep`, { method: 'POST', headers: { 'x-forwarded-for': '203.0.113.9' } });
      expect(door.requests[0]?.headers['x-forwarded-for']).toBe('127.0.0.1');
    });

    test('a session is found again by its relative Location', async () => {
      door.answer = (_, response) => response.writeHead(201, { Location: 'whep/session1' }).end();
      const made = await proxy.ask(`${PREFIX}gate-sub/whep`, { method: 'POST', body: 'v=0' });
      expect(made).toMatchObject({ status: 201, headers: { location: 'whep/session1' } });
      await proxy.ask(new URL(String(made.headers.location), `https://any${PREFIX}gate-sub/whep`).pathname, {
        method: 'DELETE',
      });
      expect(door.requests.at(-1)).toMatchObject({ method: 'DELETE', url: '/gate-sub/whep/session1' });
    });

    test('a segment that still grows is passed on as it grows', async () => {
      let finish = () => {};
      door.answer = (_, response) => {
        // Its length known: a proxy has no other reason to hurry.
        response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': '21' }).write('first part');
        finish = () => response.end(', last part');
      };
      let seen = '';
      const answer = proxy.ask(`${PREFIX}gate-sub/part1.mp4`, { onChunk: (text) => (seen += text) });
      await until('the first part, with the last unsent', () => seen === 'first part');
      finish();
      expect(await answer).toMatchObject({ status: 200, body: 'first part, last part' });
    });

    test('the answer to CORS is the door’s alone', async () => {
      door.answer = (_, response) =>
        response.writeHead(204, { 'Access-Control-Allow-Origin': 'https://app.example.com', Vary: 'Origin' }).end();
      const { headers } = await proxy.ask(`${PREFIX}gate-sub/whep`, { method: 'OPTIONS' });
      expect(headers).toMatchObject({ 'access-control-allow-origin': 'https://app.example.com', vary: 'Origin' });
    });

    test('playlists are asked of the door each time', async () => {
      let asked = 0;
      door.answer = (_, response) => {
        asked += 1;
        response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end(String(asked));
      };
      const bodies = [await proxy.ask(`${PREFIX}gate-sub/index.m3u8`), await proxy.ask(`${PREFIX}gate-sub/index.m3u8`)];
      expect(bodies.map(({ body }) => body)).toEqual(['1', '2']);
    });

    test('a body beyond any offer is refused before the door has it', async () => {
      const body = 'x'.repeat(127 * KIBIBYTE);
      expect(await proxy.ask(`${PREFIX}gate-sub/whep`, { method: 'POST', body })).toMatchObject({ status: 204 });
      expect(door.requests.map((request) => request.body.length)).toEqual([body.length]);
      const tooLarge = { method: 'POST', body: 'x'.repeat(200 * KIBIBYTE) };
      expect(await proxy.ask(`${PREFIX}gate-sub/whep`, tooLarge)).toMatchObject({ status: 413 });
      expect(door.requests).toHaveLength(1);
    });

    test('what viewers do not need is not there', async () => {
      const paths = [
        ...['', 'health', 'metrics', 'v3/config/paths/list', 'mediamtx/auth'],
        ...['gate-sub', 'gate-sub/', 'gate-sub/whip', 'gate-sub/publish', 'gate-sub/reader.js', 'gate-sub/whep/1/2'],
        ...[
          'gate/whep',
          'x/y.m3u8',
          'GATE-SUB/whep',
          'gate-sub/index.m3u8/x',
          'gate-sub/index.m3u8.js',
          'gate-sub/../v3/info',
        ],
      ];
      const answers = await Promise.all(paths.map((path) => proxy.ask(PREFIX + path)));
      expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
      expect(door.requests).toEqual([]);
    });

    test('no path that climbs out of the prefix reaches the door', async () => {
      const climbs = [
        '../v3/info',
        '..%2fv3%2finfo',
        'gate-sub/..%2f..%2fv3%2finfo.m3u8',
        'gate-sub/.m3u8/../../../whep',
      ];
      for (const path of climbs) await proxy.ask(PREFIX + path);
      expect(door.requests).toEqual([]);
    });

    test('neither a ticket nor a token is logged, not even of a request that fails', async () => {
      const path = `gate-sub/index.m3u8?ticket=${TICKET}`;
      const headers = { authorization: TOKEN };
      await proxy.ask(PREFIX + path, { headers });
      await door.close();
      expect(await proxy.ask(PREFIX + path, { headers })).toMatchObject({ status: 502 });
      door = await openFakeDoor();
      await proxy.stop();
      const logs = await proxy.logs();
      expect(logs).not.toContain(TICKET);
      expect(logs).not.toContain('invented.token');
    });
  });
});

test.skipIf(!isInstalled(caddy))(
  'Caddy serves the door at the root of a name of its own, and nothing else',
  async () => {
    door = await openFakeDoor();
    proxy = await openProxy(caddy, door);
    const asked = { method: 'POST', host: 'video.localhost' };
    expect(await proxy.ask('/gate-sub/whep', asked)).toMatchObject({ status: 204 });
    expect(await proxy.ask('/camera/gate-sub/whep', asked)).toMatchObject({ status: 404 });
    expect(door.requests.map(({ url }) => url)).toEqual(['/gate-sub/whep']);
    await proxy.close();
    await door.close();
  },
);
