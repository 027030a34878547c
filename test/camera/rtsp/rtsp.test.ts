import { describe, expect, test } from 'vitest';
import { askLoggedIn } from '../camera-client.ts';
import { clip } from './clip.ts';
import { describeLoggedIn, picturesIn, type RtspClient, rtspClient } from './rtsp-client.fixture.ts';
import { open, sees } from './visited-camera.fixture.ts';

const TCP = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };

describe('the camera’s video', () => {
  test.concurrent('is described only after a login without qop, as cameras ask for it by RTSP', async (t) => {
    const { camera, url, visit } = await open(t);
    const client = await visit();
    const options = await client.ask('OPTIONS', url);
    expect([options.status, options.head]).toEqual([200, expect.stringContaining('DESCRIBE')]);
    const asked = await client.ask('DESCRIBE', url);
    expect(asked.status).toBe(401);
    expect(asked.head).toMatch(
      /WWW-Authenticate: Digest realm="IP Camera\(C2183\)", nonce="[0-9a-f]{32}", stale="FALSE"/,
    );
    const described = await describeLoggedIn(client, camera, url);
    expect([described.status, described.body]).toEqual([200, expect.stringContaining('a=rtpmap:96 H264/90000')]);
    expect(described.head).toContain(`Content-Base: ${url}/`);
    expect(
      camera.video.requests.map(({ method, authorization, status }) => `${method} ${authorization} ${status}`),
    ).toEqual(['OPTIONS none 200', 'DESCRIBE none 401', 'DESCRIBE none 401', 'DESCRIBE digest 200']);
  });

  test.concurrent.for<[string, number]>([
    ['/Streaming/Channels/101', 200],
    ['/Streaming/Channels/102?transportmode=unicast', 200],
    ['/ISAPI/Streaming/channels/101', 200],
    ['/streaming/channels/102/', 200],
    ['/Streaming/Channels/103', 404],
    ['/', 404],
  ])('at %s answers %i', async ([path, status], t) => {
    const { camera, visit } = await open(t);
    expect((await describeLoggedIn(await visit(), camera, `${camera.rtspUrl}${path}`)).status).toBe(status);
  });

  test.concurrent('comes as the clip has it, picture by picture, and says when each was sent', async (t) => {
    const { camera, play } = await open(t);
    const client = await play('main');
    await sees(client, 12);
    const [first, ...rest] = picturesIn(client.packets);
    const { frames } = clip('main');
    const begin = frames.findIndex(({ nals }) => nals.at(-1)?.equals(first?.nals.at(-1) ?? Buffer.alloc(0)));
    expect(frames[begin]?.isKey).toBe(true);
    for (const [i, { nals, timestamp }] of rest.entries()) {
      expect(nals).toEqual(frames[(begin + 1 + i) % frames.length]?.nals);
      expect((timestamp - (first?.timestamp ?? 0) + 2 ** 32) % 2 ** 32).toBe((i + 1) * 3_600);
    }
    const sent = [begin, begin + 1, begin + 11].map((index) => camera.video.frameSentAt('main', index) ?? Number.NaN);
    // A busy machine sends late, but never before the time.
    expect((sent[2] ?? 0) - (sent[0] ?? 0)).toBeGreaterThan(100);
    expect(Math.abs(Date.now() - (sent[1] ?? 0))).toBeLessThan(5_000);
    expect(camera.video.frameSentAt('main', (begin + 125) % 250)).toBeUndefined();
    expect(camera.video.frameSentAt('sub', begin)).toBeUndefined();
  });

  test.concurrent('is numbered without a gap, a key frame of several packets too, with a report of the time before it', async (t) => {
    const { play } = await open(t);
    const client = await play('main');
    await sees(client, 3);
    const video = client.packets.filter(({ channel }) => channel === 0);
    expect(Math.max(...video.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(1_412);
    expect(picturesIn(video.slice(0, 4))).toEqual([]);
    const numbers = video.map(({ bytes }) => bytes.readUInt16BE(2));
    expect(numbers.every((number, i) => i === 0 || number === ((numbers[i - 1] ?? 0) + 1) % 2 ** 16)).toBe(true);
    const report = client.packets[0];
    expect([report?.channel, report?.bytes.readUInt8(1)]).toEqual([1, 200]);
    const seconds = (report?.bytes.readUInt32BE(8) ?? 0) - 2_208_988_800;
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(3);
  });

  test.concurrent('is the same live picture for two who watch, and for the second one from a key frame on', async (t) => {
    const { camera, play } = await open(t);
    const one = await play();
    await sees(one, 3);
    const two = await play();
    await sees(two, 2);
    await sees(one, 20);
    expect(camera.video.playing).toBe(2);
    const last = (client: RtspClient) => picturesIn(client.packets).map(({ nals }) => nals.at(-1)?.toString('base64'));
    const [begin] = last(two);
    expect(last(one)).toContain(begin);
    expect(clip('sub').frames.find(({ nals }) => nals.at(-1)?.toString('base64') === begin)?.isKey).toBe(true);
  });

  test.concurrent('stops for who takes it down, and may be played again', async (t) => {
    const { camera, url, play } = await open(t);
    const client = await play();
    await sees(client, 1);
    client.write(Buffer.from('$\x01\x00\x08RTCP-RR-', 'latin1'));
    expect((await client.ask('GET_PARAMETER', url)).status).toBe(200);
    expect((await client.ask('TEARDOWN', url)).status).toBe(200);
    expect(camera.video.playing).toBe(0);
    expect((await client.ask('PLAY', url)).status).toBe(454);
    await client.ask('SETUP', `${url}/trackID=1`, TCP);
    await client.ask('PLAY', url);
    expect(camera.video.playing).toBe(1);
  });

  test.concurrent('is refused over UDP, and to who has not logged in', async (t) => {
    const { camera, url, visit } = await open(t);
    const client = await visit();
    expect((await client.ask('SETUP', `${url}/trackID=1`, TCP)).status).toBe(401);
    await describeLoggedIn(client, camera, url);
    const udp = { Transport: 'RTP/AVP;unicast;client_port=5000-5001' };
    expect((await client.ask('SETUP', `${url}/trackID=1`, udp)).status).toBe(461);
    expect((await client.ask('RECORD', url)).status).toBe(501);
  });

  test.concurrent('ends for everybody when the camera closes or reboots', async (t) => {
    const { camera, play } = await open(t);
    const client = await play();
    camera.reboot();
    await client.closed;
    const again = await play();
    await camera.close();
    await again.closed;
    await expect(rtspClient(camera)).rejects.toThrow('ECONNREFUSED');
  });

  test.concurrent('ends the connection of who sends garbage, and serves on', async (t) => {
    const { visit, login } = await open(t);
    const client = await visit();
    client.write(Buffer.from('nonsense\r\n\r\n'));
    await client.closed;
    expect((await login()).status).toBe(200);
  });
});

describe('the illegal-login lock', () => {
  test.concurrent('counts bad logins by RTSP and by HTTP together, and then refuses both the right password', async (t) => {
    const { camera, login } = await open(t, { auth: { lockAfter: 2 } });
    expect((await login('wrong')).status).toBe(401);
    expect((await askLoggedIn({ ...camera, password: 'wrong' }, '/ISAPI/System/deviceInfo')).status).toBe(401);
    expect((await login()).status).toBe(401);
    expect((await askLoggedIn(camera, '/ISAPI/System/deviceInfo')).status).toBe(401);
    expect(camera.logins).toMatchObject({ good: 0, bad: 4 });
  });

  test.concurrent('a changed password holds by RTSP too', async (t) => {
    const { camera, login } = await open(t);
    const before = camera.password;
    camera.setPassword('changed-Pass2');
    expect((await login(before)).status).toBe(401);
    expect((await login()).status).toBe(200);
  });
});
