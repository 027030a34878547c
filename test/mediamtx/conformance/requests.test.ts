// The control API, WHEP and the hook (MEDIAMTX.md 2, 3 and 5).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRAGMENT, VP8_OFFER } from '../offers.fixture.ts';
import { BEARER, comparedServers, expectError, type Subject, startSubject, UUID } from './compared.fixture.ts';

const NO_SESSION = '8a8a8a8a-8a8a-4a8a-8a8a-8a8a8a8a8a8a';
const TRICKLE = { 'Content-Type': 'application/trickle-ice-sdpfrag' };

const { folder, servers } = await comparedServers();

describe.each(servers)('$name', (compared) => {
  const { version, isNewer } = compared;
  let subject: Subject;
  beforeAll(async () => {
    subject = await startSubject(compared, folder);
    await subject.addPath('gate-sub');
  });
  afterAll(() => subject.close());

  test.concurrent('a bad token at WHEP is a 400 on the old line, a 401 on the new', async () => {
    const [bad, none] = await Promise.all([
      subject.offer('gate-sub', { headers: { Authorization: 'Bearer wrong' } }),
      subject.offer('gate-sub', { headers: {} }),
    ]);
    const old = 'authentication failed: server replied with code 401: no pass';
    await expectError(bad, isNewer ? 401 : 400, isNewer ? 'authentication error' : old);
    expect(none.headers.get('www-authenticate')).toBe(isNewer ? 'Basic realm="mediamtx"' : null);
    await expectError(none, isNewer ? 401 : 400, isNewer ? 'authentication error' : old);
  });

  test.concurrent('a viewer is let go by a kick, and one who never connects after the handshake timeout', async () => {
    const { server, offer } = subject;
    const [kicked, silent] = await Promise.all([offer('gate-sub'), offer('gate-sub')]);
    const idOf = (response: Response) => response.headers.get('id') ?? '';
    expect((await server.api(`webrtcsessions/kick/${idOf(kicked)}`, { method: 'POST' })).status).toBe(200);
    await server.printed(new RegExp(`\\[session ${idOf(kicked).slice(0, 8)}\\] closed: terminated`));
    await server.printed(
      new RegExp(`\\[session ${idOf(silent).slice(0, 8)}\\] closed: deadline exceeded while waiting connection`),
    );
  });

  test.concurrent('nobody can publish', async () => {
    const response = await fetch(subject.url('webrtc', 'gate-sub/whip'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp', Authorization: 'Bearer wrong' },
      body: VP8_OFFER,
    });
    expect(response.status).toBe(isNewer ? 401 : 400);
    expect(subject.hook.asked).toContainEqual(expect.objectContaining({ action: 'publish', path: 'gate-sub' }));
  });

  test('says its version, and lists a path that is idle as online', async () => {
    const { server, addPath } = subject;
    expect(await (await server.api('info')).json()).toMatchObject({ version });
    await addPath('a-sub');
    const idle = {
      name: 'a-sub',
      confName: 'a-sub',
      ready: false,
      readyTime: null,
      online: true,
      onlineTime: '0001-01-01T00:00:00Z',
      source: { type: 'rtspSource', id: '' },
      tracks: [],
      bytesReceived: 0,
      bytesSent: 0,
      readers: [],
    };
    expect(await (await server.api('paths/get/a-sub')).json()).toMatchObject(idle);
    const list = { itemCount: 2, pageCount: 2, items: [idle] };
    expect(await (await server.api('paths/list?itemsPerPage=1')).json()).toMatchObject(list);
  });

  test("shows the camera's password to whoever reaches its API", async () => {
    const conf = await (await subject.server.api('config/paths/get/gate-sub')).json();
    expect(conf).toMatchObject({ name: 'gate-sub', source: subject.source(), rtspTransport: 'tcp' });
  });

  test.each([
    ['POST', 'config/paths/add/gate-sub', '{"source":"rtsp://127.0.0.1/x"}', 400, 'path already exists'],
    ['POST', 'config/paths/add/new', '{"sourcee":"x"}', 400, 'json: unknown field "sourcee"'],
    [
      'POST',
      'config/paths/add/new',
      '{"sourceOnDemandCloseAfter":10}',
      400,
      /^json: cannot unmarshal number into Go .* of type string$/,
    ],
    ['POST', 'config/paths/add/new', '{"sourceOnDemandCloseAfter":"10"}', 400, 'time: missing unit in duration "10"'],
    ['POST', 'config/paths/add/new', '{"source":"nonsense"}', 400, "invalid source: 'nonsense'"],
    ['POST', 'config/paths/add/new', '{"source":"rtsp://u:p%ZZ@127.0.0.1/x"}', 400, /is not a valid URL$/],
    ['POST', 'config/paths/add/new', '{', 400, 'unexpected end of JSON input'],
    ['POST', 'config/paths/add/', '{}', 400, 'invalid name'],
    ['PATCH', 'config/paths/patch/none', '{}', 404, 'path not found'],
    ['DELETE', 'config/paths/delete/none', undefined, 404, 'path not found'],
    ['GET', 'config/paths/get/none', undefined, 404, 'path configuration not found'],
    ['GET', 'paths/get/none', undefined, 404, 'path not found'],
    ['GET', 'paths/list?itemsPerPage=0', undefined, 400, 'invalid items per page'],
    ['POST', 'webrtcsessions/kick/abc', undefined, 400, 'invalid UUID length: 3'],
    ['POST', `webrtcsessions/kick/${NO_SESSION}`, undefined, 404, 'session not found'],
    ['POST', `rtspsessions/kick/${NO_SESSION}`, undefined, 404, 'session not found'],
  ])('%s %s %s is refused as JSON', async (method, path, body, status, error) => {
    await expectError(
      await subject.server.api(path, { method, ...(body === undefined ? {} : { body }) }),
      status,
      error,
    );
  });

  test('answers in plain text for a server that is switched off', async () => {
    const response = await subject.server.api('rtmpconns/list');
    expect([response.status, await response.text()]).toEqual([404, '404 page not found']);
  });

  test('a path added, changed, replaced and deleted is so at once', async () => {
    const { server, addPath } = subject;
    await addPath('changing');
    await server.api('config/paths/patch/changing', { method: 'PATCH', body: '{"maxReaders":3}' });
    expect(await (await server.api('config/paths/get/changing')).json()).toMatchObject({
      maxReaders: 3,
      rtspTransport: 'tcp',
    });
    await server.api('config/paths/replace/changing', {
      method: 'POST',
      body: '{"source":"rtsp://127.0.0.1/other","sourceOnDemand":true}',
    });
    expect(await (await server.api('config/paths/get/changing')).json()).toMatchObject({ maxReaders: 0 });
    await server.api('config/paths/delete/changing', { method: 'DELETE' });
    expect((await server.api('config/paths/get/changing')).status).toBe(404);
  });

  test.each([
    ['no description', { body: 'junk' }, 'gate-sub', 400, 'failed to unmarshal SDP: sdp: syntax error at pos 1: "u"'],
    ['nothing at all', { body: '' }, 'gate-sub', 400, 'SetRemoteDescription called with no ice-ufrag'],
    ['another codec', { body: VP8_OFFER }, 'gate-sub', 400, 'codecs not supported by client'],
    [
      'a type that is no SDP',
      { headers: { ...BEARER, 'Content-Type': 'text/plain' } },
      'gate-sub',
      400,
      'invalid Content-Type',
    ],
    ['a path that nobody configured', {}, 'none', 400, "path 'none' is not configured"],
  ])('a WHEP POST with %s is refused', async (_, changes, path, status, error) => {
    await expectError(await subject.offer(path, changes), status, error);
  });

  test('a viewer is let in, listed, heard by PATCH, and ends by DELETE', async () => {
    const { server, offer, url } = subject;
    const opened = await offer('gate-sub', { query: '?a=1&b=2' });
    expect(opened.status).toBe(201);
    expect(opened.headers.get('content-type')).toBe('application/sdp');
    expect(opened.headers.get('etag')).toBe('*');
    expect(opened.headers.get('accept-patch')).toBe('application/trickle-ice-sdpfrag');
    expect(await opened.text()).toMatch(/^a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 \d+ typ host/m);
    const id = opened.headers.get('id') ?? '';
    expect(id).toMatch(UUID);
    const location = opened.headers.get('location') ?? '';
    expect(location).toMatch(/^\/gate-sub\/whep\/[0-9a-f-]{36}\?a=1&b=2$/);
    expect(location).not.toContain(id);

    const session = {
      id,
      state: 'read',
      path: 'gate-sub',
      query: 'a=1&b=2',
      peerConnectionEstablished: false,
      bytesSent: 0,
    };
    expect(await (await server.api(`webrtcsessions/get/${id}`)).json()).toMatchObject(session);
    expect(await (await server.api('paths/get/gate-sub')).json()).toMatchObject({
      ready: true,
      tracks: ['H264'],
      readers: [{ type: 'webRTCSession', id }],
    });

    const at = url('webrtc', location.slice(1));
    const patch = (body: string, headers = TRICKLE) => fetch(at, { method: 'PATCH', headers, body });
    expect((await patch(FRAGMENT)).status).toBe(204);
    await expectError(await patch('junk'), 400, 'sdp: syntax error at pos 42: "u"');
    await expectError(await patch(FRAGMENT, { 'Content-Type': 'text/plain' }), 400, 'invalid Content-Type');
    const stranger = await fetch(url('webrtc', 'gate-sub/whep/xyz'), {
      method: 'PATCH',
      headers: TRICKLE,
      body: FRAGMENT,
    });
    await expectError(stranger, 400, 'invalid secret');
    expect(await (await fetch(at, { method: 'DELETE' })).json()).toEqual({ status: 'ok' });
    await expectError(await fetch(at, { method: 'DELETE' }), 404, 'session not found');
    await server.printed(new RegExp(`\\[session ${id.slice(0, 8)}\\] closed: terminated`));
  });

  test('OPTIONS tells a browser what it may send, and asks the others who they are', async () => {
    const ask = (headers: Record<string, string>, path = 'gate-sub') =>
      fetch(subject.url('webrtc', `${path}/whep`), { method: 'OPTIONS', headers });
    const preflight = await ask({ 'Access-Control-Request-Method': 'POST', Origin: 'https://app.example.com' });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'OPTIONS, GET, POST, PATCH, DELETE',
    ]);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect((await ask(BEARER)).status).toBe(204);
    await expectError(await ask({}), 401, 'authentication error');
    await expectError(await ask(BEARER, 'none'), 500, "path 'none' is not configured");
    const page = await fetch(subject.url('webrtc', 'gate-sub/whep'));
    await expectError(page, 405, 'method not allowed');
  });

  test('the hook is asked with these fields', async () => {
    const { offer, hook } = subject;
    await offer('gate-sub', { query: '?ticket=x', headers: { ...BEARER, 'User-Agent': 'a viewer' } });
    const fields = {
      ip: '127.0.0.1',
      user: '',
      password: '',
      token: 'pass',
      action: 'read',
      path: 'gate-sub',
      protocol: 'webrtc',
      id: expect.stringMatching(UUID),
      query: 'ticket=x',
    };
    expect(hook.asked.at(-1)).toEqual(isNewer ? { ...fields, userAgent: 'a viewer' } : fields);
  });

  test('a hook that thinks makes everybody wait who asks for paths', async () => {
    const { offer, hook, server } = subject;
    const answerMs = 400;
    hook.slow(answerMs);
    const asked = hook.asked.length;
    const startedAt = performance.now();
    const viewer = offer('gate-sub');
    while (hook.asked.length === asked) await server.api('info');
    await server.api('paths/list');
    expect(performance.now() - startedAt).toBeGreaterThan(answerMs - 50);
    hook.slow(0);
    expect((await viewer).status).toBe(201);
  });
});
