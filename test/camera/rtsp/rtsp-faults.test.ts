import { describe, expect, test } from 'vitest';
import { until } from '../../journeys/until.ts';
import { picturesIn, rtspClient } from './rtsp-client.fixture.ts';
import type { RtspFault } from './rtsp-fault.ts';
import { open, openFailing, sees } from './visited-camera.fixture.ts';

describe('a camera that fails those who want to see', () => {
  test.concurrent.for<[RtspFault, number]>([
    [{ name: 'unauthorized' }, 401],
    [{ name: 'not-found' }, 404],
    [{ name: 'busy' }, 503],
  ])('%o, until the fault ends', async ([fault, status], t) => {
    const { camera, login } = await openFailing(t, fault);
    expect((await login()).status).toBe(status);
    expect(camera.logins.bad).toBe(status === 401 ? 1 : 0);
    camera.setFaults({});
    expect((await login()).status).toBe(200);
  });

  test.concurrent('by silence takes the request and lets what plays play on', async (t) => {
    const { camera, url, play } = await open(t);
    const client = await play();
    camera.setFaults({ rtsp: { name: 'silent' } });
    void client.ask('OPTIONS', url).catch(() => {});
    await until('the request', () => camera.video.requests.at(-1)?.status === null);
    const seen = picturesIn(client.packets).length;
    await sees(client, seen + 2);
  });

  test.concurrent('by sending nothing holds the session, and goes on with a key frame', async (t) => {
    const { camera, url, play } = await open(t);
    const client = await play();
    await sees(client, 1);
    camera.setFaults({ rtsp: { name: 'no-frames' } });
    expect((await client.ask('GET_PARAMETER', url)).status).toBe(200);
    const seen = picturesIn(client.packets).length;
    const heldAt = performance.now();
    await until('the time of several pictures', () => performance.now() - heldAt > 200);
    expect(picturesIn(client.packets)).toHaveLength(seen);
    camera.setFaults({});
    // With the one after it there, it has come whole.
    await sees(client, seen + 2);
    const next = picturesIn(client.packets)[seen];
    expect([camera.video.playing, next?.nals.length]).toEqual([1, 3]);
  });

  test.concurrent('by a cut ends every session after so many pictures', async (t) => {
    const { camera, play } = await openFailing(t, { name: 'cut', afterFrames: 3 });
    const client = await play();
    await client.closed;
    expect(picturesIn(client.packets)).toHaveLength(3);
    await until('no viewer', () => camera.video.playing === 0);
  });

  test.concurrent('by slowness answers DESCRIBE late, and leaves no timer to a camera that closes', async (t) => {
    const { camera, url, visit, login } = await openFailing(t, { name: 'slow-describe', ms: 150 });
    const begunAt = performance.now();
    expect((await login()).status).toBe(200);
    expect(performance.now() - begunAt).toBeGreaterThanOrEqual(295);
    camera.setFaults({ rtsp: { name: 'slow-describe', ms: 3_600_000 } });
    const client = await visit();
    void client.ask('DESCRIBE', url).catch(() => {});
    await until('the request', () => camera.video.requests.at(-1)?.status === null);
  });

  test.concurrent('by H.265 describes it and sends nothing', async (t) => {
    const { camera, url, play, login } = await openFailing(t, { name: 'h265' });
    const { body } = await login();
    expect(body).toContain('a=rtpmap:96 H265/90000');
    expect(body).toContain('sprop-sps=');
    const client = await play();
    expect((await client.ask('GET_PARAMETER', url)).status).toBe(200);
    expect([camera.video.playing, client.packets]).toEqual([1, []]);
  });

  test.concurrent('by B-frames sends pictures in another order than shown', async (t) => {
    const { play } = await openFailing(t, { name: 'b-frames' });
    const client = await play();
    await sees(client, 7);
    const times = picturesIn(client.packets).map(({ timestamp }) => timestamp);
    const order = times.slice(0, 7).map((time) => ((time - (times[0] ?? 0) + 2 ** 32) % 2 ** 32) / 3_600);
    expect(order).toEqual([0, 3, 1, 2, 6, 4, 5]);
  });

  test.concurrent('by leaving out packetization-mode', async (t) => {
    const { login } = await openFailing(t, { name: 'no-packetization-mode' });
    expect((await login()).body).not.toContain('packetization-mode');
  });

  test.concurrent('by a pulled cable throws everybody out, and is back on its port', async (t) => {
    const { camera, play, login } = await open(t);
    const client = await play();
    camera.setFaults({ rtsp: { name: 'refuse-connection' } });
    await client.closed;
    await expect(rtspClient(camera)).rejects.toThrow('ECONNREFUSED');
    camera.setFaults({});
    await until('the port', () =>
      login().then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
  });
});
