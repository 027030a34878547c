// A browser sees what the camera shows, through the stand-in, by both roads.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type SimulatedCamera, startCamera } from '../camera/camera.ts';
import { hasChromium, openBrowser } from '../journeys/browser.fixture.ts';
import { openHook, PASS, type TestHook } from './hook.fixture.ts';
import { RELEASES, type Release } from './quirks.ts';
import { freePorts, type RunningBinary, runBinary, testConfig } from './run-binary.fixture.ts';
import { installStandIn, type StandIn } from './stand-in.fixture.ts';
import { openViewer, type Seen, type ViewerPage, watchByHls, watchByWhep } from './viewer-page.fixture.ts';

const [OLD, NEW] = RELEASES;
const MIN_SPREAD = 15;
const CLIP_FRAMES = 250;
/** Several pictures of the camera's. */
const WHILE_MS = 200;
const LANE: Seen = {
  frames: 25,
  width: 704,
  height: 576,
  spread: expect.toSatisfy((spread: number) => spread > MIN_SPREAD),
};
const ANY_ORIGIN = { webrtcAllowOrigins: ['*'], hlsAllowOrigins: ['*'] };
const Sessions = z.object({ items: z.array(z.looseObject({ id: z.string(), bytesSent: z.number() })) });
const Path = z.object({ bytesReceived: z.number() });

describe.runIf(hasChromium)('a browser', () => {
  let folder: string;
  let browser: Browser;
  let camera: SimulatedCamera;
  let hook: TestHook;
  const running: RunningBinary[] = [];
  const viewers: ViewerPage[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gate-viewers-'));
    [browser, camera, hook] = await Promise.all([openBrowser(), startCamera({ heartbeatMs: false }), openHook()]);
  });
  afterAll(async () => {
    await Promise.all(viewers.map((viewer) => viewer.close()));
    await Promise.all(running.map((server) => server.stop()));
    await Promise.all([browser.close(), hook.close(), camera.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function start(release: Release): Promise<{ standIn: StandIn; server: RunningBinary }> {
    const standIn = await installStandIn({ folder, release });
    const ports = await freePorts();
    const config = { ...testConfig(ports, { hookUrl: hook.url, isNewer: release === NEW }), ...ANY_ORIGIN };
    const server = await runBinary({ bin: standIn.bin, folder, ports, config });
    running.push(server);
    const { user, password, rtspPort } = camera;
    const source = `rtsp://${user}:${password}@127.0.0.1:${rtspPort}/Streaming/Channels/102`;
    const keys = { source, sourceOnDemand: true, sourceOnDemandStartTimeout: '4s', sourceOnDemandCloseAfter: '1s' };
    await server.api('config/paths/add/gate-sub', { method: 'POST', body: JSON.stringify(keys) });
    return { standIn, server };
  }
  const urls = ({ ports }: RunningBinary) => ({
    whep: `http://127.0.0.1:${ports.webrtc}/gate-sub/whep`,
    hls: `http://127.0.0.1:${ports.hls}/gate-sub/index.m3u8`,
  });
  const view = async () => {
    const viewer = await openViewer(browser);
    viewers.push(viewer);
    return viewer.page;
  };
  /** When the camera last sent a picture. */
  const lastSentAt = () =>
    Math.max(...Array.from({ length: CLIP_FRAMES }, (_, index) => camera.video.frameSentAt('sub', index) ?? 0));

  test('sees the lane by WHEP and by hls.js, until it is kicked or media stands still', async () => {
    const { standIn, server } = await start(NEW);
    const [byWhep, byHls] = await Promise.all([view(), view()]);
    const seen = await Promise.all([
      watchByWhep(byWhep, urls(server).whep, PASS),
      watchByHls(byHls, urls(server).hls, PASS),
    ]);
    expect(seen).toEqual([LANE, LANE]);

    const { items } = Sessions.parse(await (await server.api('webrtcsessions/list')).json());
    expect(items).toMatchObject([{ path: 'gate-sub', state: 'read', peerConnectionEstablished: true }]);
    expect(items[0]?.bytesSent).toBeGreaterThan(1_000);

    await standIn.command('stall');
    const stalledAt = Date.now();
    const bytes = async () => Path.parse(await (await server.api('paths/get/gate-sub')).json()).bytesReceived;
    const before = await bytes();
    await expect.poll(lastSentAt).toBeGreaterThan(stalledAt + WHILE_MS);
    expect(await bytes()).toBe(before);
    await standIn.command('unstall');
    await expect.poll(bytes).toBeGreaterThan(before);

    await server.api(`webrtcsessions/kick/${items[0]?.id}`, { method: 'POST' });
    await server.printed(/^\[WebRTC\] \[session \w+\] closed: terminated/);
  });

  test('sees B-frames by HLS of the old line, with the pass in the query, and loses them by WHEP', async () => {
    camera.setFaults({ rtsp: { name: 'b-frames' } });
    const { server } = await start(OLD);
    const [byWhep, byHls] = await Promise.all([view(), view()]);
    const watching = watchByWhep(byWhep, urls(server).whep, PASS).catch(() => null);
    await server.printed(/closed: WebRTC doesn't support H264 streams with B-frames/);
    await byWhep.close();
    expect(await watching).toBeNull();
    const seen = await watchByHls(byHls, `${urls(server).hls}?pass=${PASS}`, null);
    expect(seen.spread).toBeGreaterThan(MIN_SPREAD);
    camera.setFaults({});
  });
});
