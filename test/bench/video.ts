// How soon the lane is on the screen, and how old the picture is there: the simulated camera's bar code, MediaMTX (the
// real one where MEDIAMTX_BIN or the PATH has it), the door, headless Chromium, one machine and one clock.
import type { Browser, Page } from 'playwright-core';
import { OFFER, openDoorBench } from '../../bridge/media/door/door.fixture.ts';
import { framesShown, openBrowser, openingAt, openLanePage, pictureOf } from '../journeys/browser.fixture.ts';
import { type Gate, openGate } from '../journeys/gate.fixture.ts';
import { type MediaServerUnderTest, mediaServers } from '../journeys/media-servers.ts';
import { until } from '../journeys/until.ts';
import { type Figure, figure, type Limit, median, percentile } from './figure.ts';

const COLD_STARTS = 4;
const WARM_STARTS = 8;
const AGED_FRAMES = 250;
/** While the player settles. */
const FIRST_FRAMES = 20;
const POSTS = 300;
const FIRST_POSTS = 50;

export async function measureVideo(): Promise<Figure[]> {
  const browser = await openBrowser();
  try {
    const figures: Figure[] = [await measureDoor()];
    for (const server of mediaServers()) figures.push(...(await measureLane(browser, server)));
    return figures;
  } finally {
    await browser.close();
  }
}

async function measureLane(browser: Browser, { name, binary, isReal }: MediaServerUnderTest): Promise<Figure[]> {
  // The stand-in is no measure of MediaMTX: it only tells that the rest of the way is as it was.
  const atMost = (most: number): Limit | null => (isReal ? { of: 'value', most } : null);
  const gate = await openGate({ video: {}, environment: { MEDIAMTX_BIN: binary } });
  try {
    await serving(gate);
    const cold: number[] = [];
    for (let n = 0; n < COLD_STARTS; n += 1) {
      // A new process knows of no login and no path: what the first viewer of the morning meets.
      await gate.system.media()?.stop();
      await gate.system.startMedia();
      await serving(gate);
      const page = await openLanePage(browser, gate.system.url, gate.system.token);
      cold.push(await firstFrameMs(page));
      if (n < COLD_STARTS - 1) await page.context().close();
    }
    const warm: number[] = [];
    for (let n = 0; n < WARM_STARTS; n += 1) {
      const page = await openLanePage(browser, gate.system.url, gate.system.token);
      warm.push(await firstFrameMs(page));
      await page.context().close();
    }
    const ages = await agesOf(await openLanePage(browser, gate.system.url, gate.system.token), gate);
    return [
      figure(`first frame, warm, ${name}: p50`, median(warm), 'ms', null, atMost(1_000)),
      figure(`first frame, cold (probe, login, key frame), ${name}: p50`, median(cold), 'ms', null, atMost(2_000)),
      figure(`glass to glass by WebRTC, ${name}: p50`, median(ages), 'ms'),
      figure(`glass to glass by WebRTC, ${name}: p95`, percentile(ages, 95), 'ms', null, atMost(300)),
    ];
  } finally {
    await gate.close();
  }
}

async function serving(gate: Gate): Promise<void> {
  const health = `http://127.0.0.1:${gate.system.media()?.doorPort}/health`;
  await until('MediaMTX to serve', async () => (await fetch(health)).ok);
}

async function firstFrameMs(page: Page): Promise<number> {
  const frames = await until(
    'a frame',
    () => framesShown(page),
    (shown) => shown.length > 0,
  );
  return (frames[0]?.at ?? Number.NaN) - (await openingAt(page));
}

/** How old each frame was when it was shown. The clip's index comes round every 10 s, so no frame may be older. */
async function agesOf(page: Page, gate: Gate): Promise<number[]> {
  const ages: number[] = [];
  for (let looked = FIRST_FRAMES; ages.length < AGED_FRAMES; ) {
    await until('more frames', async () => (await pictureOf(page)).frames > looked + 10);
    const shown = await framesShown(page);
    for (const { frame, at } of shown.slice(looked)) {
      const sentAt = frame === null ? undefined : gate.camera.video.frameSentAt('sub', frame);
      if (sentAt !== undefined && sentAt <= at) ages.push(at - sentAt);
    }
    looked = shown.length;
  }
  return ages;
}

/** A POST to a stream that plays, past the door and through it, in turn; past it the hook is asked in vain. */
async function measureDoor(): Promise<Figure> {
  const bench = await openDoorBench({ options: { seats: { perStream: POSTS, inAll: POSTS } } });
  const token = bench.token();
  const post = async (n: number, url: string): Promise<number> => {
    // Each from an address of its own, or the limit of starts from one would be measured.
    const from = { 'X-Forwarded-For': `203.0.${n >> 8}.${n & 255}`, 'Content-Type': 'application/sdp' };
    const begun = performance.now();
    const answer = await fetch(url, { method: 'POST', headers: { ...from, ...bench.bearer(token) }, body: OFFER });
    await answer.text();
    return performance.now() - begun;
  };
  try {
    const added: number[] = [];
    const direct: number[] = [];
    for (let n = 0; n < POSTS; n += 1) {
      const straight = await post(n, `${bench.media.media.whepUrl}/gate-sub/whep`);
      const through = await post(n, `${bench.url}/gate-sub/whep`);
      if (n < FIRST_POSTS) continue;
      direct.push(straight);
      added.push(through - straight);
    }
    const limit = { of: 'value', most: 5 } as const;
    return figure('what the door adds to a WHEP POST: p95', percentile(added, 95), 'ms', median(direct), limit);
  } finally {
    await bench.close();
  }
}
