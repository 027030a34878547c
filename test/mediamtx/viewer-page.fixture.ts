// A page that does nothing but watch one stream, by WHEP or with hls.js, and says what it sees.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import * as z from 'zod';

const FRAMES = 25;
const WAIT_MS = 15_000;

const Seen = z.object({
  frames: z.number(),
  width: z.number(),
  height: z.number(),
  /** Of the brightness over the picture: zero for black and for any plain one. */
  spread: z.number(),
});
export type Seen = z.infer<typeof Seen>;

/** Waits for the video to have shown some frames and looks at the last one. */
const LOOK = `async (video) => {
  let frames = 0;
  await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('only ' + frames + ' frames')), ${WAIT_MS});
    const count = () => (frames += 1) >= ${FRAMES} ? resolve() : video.requestVideoFrameCallback(count);
    video.requestVideoFrameCallback(count);
  });
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
  const pen = canvas.getContext('2d');
  pen.drawImage(video, 0, 0, 64, 64);
  const { data } = pen.getImageData(0, 0, 64, 64);
  const light = Array.from({ length: 64 * 64 }, (_, at) => data[at * 4 + 1]);
  const mean = light.reduce((sum, value) => sum + value, 0) / light.length;
  const spread = Math.sqrt(light.reduce((sum, value) => sum + (value - mean) ** 2, 0) / light.length);
  return { frames, width: video.videoWidth, height: video.videoHeight, spread };
}`;

export type ViewerPage = { page: Page; close(): Promise<void> };

/** Served from the loopback: a page that is not may not ask what listens there. */
export async function openViewer(browser: Browser): Promise<ViewerPage> {
  const hls = await readFile(createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js'), 'utf8');
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html', Connection: 'close' });
    response.end(`<video muted autoplay></video><script>${hls}</script>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`);
  return {
    page,
    async close() {
      await page.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Posts an offer as browsers do, with an audio section too. */
export async function watchByWhep(page: Page, url: string, pass: string): Promise<Seen> {
  const script = `(async () => {
    const peer = new RTCPeerConnection();
    const video = document.querySelector('video');
    peer.ontrack = ({ track }) => { if (track.kind === 'video') video.srcObject = new MediaStream([track]); };
    peer.addTransceiver('video', { direction: 'recvonly' });
    peer.addTransceiver('audio', { direction: 'recvonly' });
    await peer.setLocalDescription();
    const headers = { Authorization: 'Bearer ${pass}', 'Content-Type': 'application/sdp' };
    const response = await fetch('${url}', { method: 'POST', headers, body: peer.localDescription.sdp });
    if (response.status !== 201) throw new Error(await response.text());
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    return (${LOOK})(video);
  })()`;
  return Seen.parse(await page.evaluate(script));
}

/** By hls.js, as this Chromium's own HLS gives up at a live playlist of MediaMTX. Without a pass no header is sent. */
export async function watchByHls(page: Page, url: string, pass: string | null): Promise<Seen> {
  const script = `(async () => {
    const video = document.querySelector('video');
    const player = new Hls({
      lowLatencyMode: true,
      xhrSetup: (request) => { ${pass === null ? '' : `request.setRequestHeader('Authorization', 'Bearer ${pass}');`} },
    });
    const broken = new Promise((_, reject) =>
      player.on(Hls.Events.ERROR, (_, { fatal, details }) => fatal && reject(new Error(details))));
    player.loadSource('${url}');
    player.attachMedia(video);
    const seen = await Promise.race([(${LOOK})(video), broken]);
    player.destroy();
    return seen;
  })()`;
  return Seen.parse(await page.evaluate(script));
}
