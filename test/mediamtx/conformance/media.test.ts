// The camera's side, HLS and the re-stream (MEDIAMTX.md 4 and 6).
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { BEARER, comparedServers, expectError, type Subject, startSubject } from './compared.fixture.ts';

const { folder, servers } = await comparedServers();
const Listed = z.object({ items: z.array(z.looseObject({ id: z.string() })) });
const IMPATIENT = { sourceOnDemandStartTimeout: '1500ms' };

describe.each(servers)('$name', (compared) => {
  const { isNewer } = compared;
  let subject: Subject;
  beforeAll(async () => {
    subject = await startSubject(compared, folder);
    await subject.addPath('gate-sub');
  });
  afterAll(() => subject.close());

  const playlist = (path: string, headers: Record<string, string> = BEARER) =>
    fetch(subject.url('hls', path), { headers });

  test.concurrent('a wrong password is one bad login, and the viewer hears of a timeout', async () => {
    const { camera, server, addPath, offer, source } = subject;
    const { bad } = camera.logins;
    await addPath('refused', { source: source('wrong'), ...IMPATIENT });
    await expectError(await offer('refused'), 400, "source of path 'refused' has timed out");
    expect(camera.logins.bad).toBe(bad + 1);
    const told = server.messages().filter((message) => message.startsWith('[path refused]'));
    expect(told).toEqual([
      '[path refused] [RTSP source] started on demand',
      '[path refused] [RTSP source] bad status code: 401 (Unauthorized)',
      '[path refused] [RTSP source] stopped: timed out',
    ]);
  });

  test.concurrent.each([
    ['a closed port', 'rtsp://127.0.0.1:1/x', /^dial tcp 127\.0\.0\.1:1: connect: connection refused$/],
    ['no such channel', null, /^bad status code: 404 \(Not Found\)$/],
  ])('%s is told in its own words', async (name, source, words) => {
    const { server, addPath, offer } = subject;
    const path = name.replaceAll(' ', '-');
    await addPath(path, { ...IMPATIENT, source: source ?? subject.source().replace('/102', '/999') });
    await expectError(await offer(path), 400, `source of path '${path}' has timed out`);
    const told = await server.printed(new RegExp(`^\\[path ${path}\\] \\[RTSP source\\] (dial|bad)`));
    expect(told.replace(/^\[path .*?\] \[RTSP source\] /, '')).toMatch(words);
  });

  test('a camera that is cut off ends its viewers, and is not called again by itself', async () => {
    const { camera, server, offer } = subject;
    const id = (await offer('gate-sub')).headers.get('id') ?? '';
    const connects = camera.video.connects;
    camera.video.cut();
    await server.printed(/^\[path gate-sub\] \[RTSP source\] stopped: an error occurred/);
    await server.printed(new RegExp(`\\[session ${id.slice(0, 8)}\\] closed: terminated`));
    expect(await (await server.api('paths/get/gate-sub')).json()).toMatchObject({ ready: false, readers: [] });
    expect(camera.video.connects).toBe(connects);
  });

  test('a source that nobody needs is left after the close time', async () => {
    const { camera, server, addPath, offer } = subject;
    await addPath('brief', { sourceOnDemandCloseAfter: '200ms' });
    const opened = await offer('brief');
    await fetch(subject.url('webrtc', (opened.headers.get('location') ?? '').slice(1)), { method: 'DELETE' });
    await server.printed(/^\[path brief\] \[RTSP source\] stopped: not needed by anyone/);
    await expect.poll(() => camera.video.requests.at(-1)?.method).toBe('TEARDOWN');
  });

  test('H.265 is refused to a viewer without it, and both lines say what they play', async () => {
    const { camera, server, addPath, offer } = subject;
    camera.setFaults({ rtsp: { name: 'h265' } });
    await addPath('newer-codec');
    await expectError(await offer('newer-codec'), 400, 'codecs not supported by client');
    camera.setFaults({});
    await server.printed(/^\[path newer-codec\] stream is available and online, 1 track \(H265\)$/);
  });

  test('HLS begins when there is something to play, with the query at every inner address', async () => {
    const { server, hook } = subject;
    const before = hook.asked.length;
    const first = await playlist('gate-sub/index.m3u8?z=1&a=2');
    expect(first.status).toBe(200);
    const [media = ''] = /^video1_stream\.m3u8\?.*$/m.exec(await first.text()) ?? [];
    expect(media).toMatch(isNewer ? /^video1_stream\.m3u8\?a=2&session=[0-9a-f-]{36}&z=1$/ : /\?z=1&a=2$/);
    const text = await (await playlist(`gate-sub/${media}`)).text();
    expect(text).toContain('#EXT-X-PART-INF:PART-TARGET=0.20000');
    expect(text.match(/#EXT-X-GAP/g)?.length).toBeGreaterThan(0);
    const [init = ''] = /[^"]+_init\.mp4\?[^"]+/.exec(text) ?? [];
    const [part = ''] = /[^"]+_part0\.mp4\?[^"]+/.exec(text) ?? [];
    const files = await Promise.all([init, part].map((name) => playlist(`gate-sub/${name}`)));
    expect(files.map(({ status }) => status)).toEqual([200, 200]);
    const [ftyp, moof] = await Promise.all(
      files.map(async (file) => Buffer.from(await file.arrayBuffer()).toString('latin1', 4, 8)),
    );
    expect([ftyp, moof]).toEqual(['ftyp', 'moof']);
    expect(hook.asked.length - before).toBe(isNewer ? 1 : 4);
    expect(hook.asked.at(-1)).toMatchObject({ protocol: 'hls', action: 'read', path: 'gate-sub' });
    expect(await (await server.api('hlsmuxers/list')).json()).toMatchObject({ items: [{ path: 'gate-sub' }] });
    const readers = isNewer ? [{ type: 'hlsSession' }] : [{ type: 'hlsMuxer', id: '' }];
    expect(await (await server.api('paths/get/gate-sub')).json()).toMatchObject({ readers });
  });

  test('HLS refuses who has no pass, and says nothing of what is not there', async () => {
    const statusOf = async (path: string, headers?: Record<string, string>) => (await playlist(path, headers)).status;
    expect(await statusOf('gate-sub/index.m3u8', {})).toBe(401);
    expect(await statusOf('none/index.m3u8')).toBe(isNewer ? 500 : 404);
    expect(await statusOf('gate-sub/nosuch.mp4')).toBe(isNewer ? 401 : 404);
    const redirect = await fetch(subject.url('hls', 'gate-sub/index.m3u8?b=1'), {
      headers: BEARER,
      redirect: 'manual',
    });
    expect(redirect.status).toBe(isNewer ? 302 : 200);
    expect(redirect.headers.get('location')).toBe(isNewer ? '/gate-sub/index.m3u8?b=1&cookieCheck=1' : null);
    const post = await fetch(subject.url('hls', 'gate-sub/index.m3u8'), { method: 'POST', headers: BEARER });
    expect([post.status, await post.text()]).toEqual([404, '404 page not found']);
  });

  test('the re-stream wants the pass as password, and lists who reads', async () => {
    const { server } = subject;
    const reader = connect(server.ports.rtsp, '127.0.0.1');
    const base = `rtsp://127.0.0.1:${server.ports.rtsp}`;
    let heard = '';
    reader.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    const ask = async (cseq: number, method: string, path: string, ...headers: string[]) => {
      const lines = [`${method} ${base}${path} RTSP/1.0`, `CSeq: ${cseq}`, ...headers, '', ''];
      reader.write(lines.join('\r\n'));
      const answer = new RegExp(`RTSP/1.0 (\\d+) [^\\r]*\\r\\nCSeq: ${cseq}\\r\\n`);
      while (!answer.test(heard)) await once(reader, 'data');
      return Number(answer.exec(heard)?.[1]);
    };
    const login = `Authorization: Basic ${Buffer.from('viewer:pass').toString('base64')}`;
    expect(await ask(1, 'OPTIONS', '/gate-sub')).toBe(200);
    expect(await ask(2, 'DESCRIBE', '/gate-sub')).toBe(401);
    expect(heard).toContain('WWW-Authenticate: Basic realm="ipcam"');
    expect(await ask(3, 'DESCRIBE', '/gate-sub', login)).toBe(200);
    expect(heard).toContain('a=rtpmap:96 H264/90000');
    expect(await ask(4, 'SETUP', '/gate-sub/trackID=0', login, 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1')).toBe(
      200,
    );
    const [, session = ''] = /Session: ([0-9a-f]+)/.exec(heard) ?? [];
    expect(await ask(5, 'PLAY', '/gate-sub/', login, `Session: ${session}`)).toBe(200);
    const { items } = Listed.parse(await (await server.api('rtspsessions/list')).json());
    expect(items).toMatchObject([{ state: 'read', path: 'gate-sub' }]);
    expect((await server.api(`rtspsessions/kick/${items[0]?.id}`, { method: 'POST' })).status).toBe(200);
    await once(reader, 'close');
  });
});
