// Headless Chromium, and what of a page is worth knowing: is there a picture, and does it move?
import { accessSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import * as z from 'zod';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** False is said aloud; `npm test` installs it where it may. */
export const hasChromium = ((): boolean => {
  try {
    accessSync(CHROMIUM);
    return true;
  } catch {
    console.warn(`SKIPPED: no Chromium at ${CHROMIUM}: nobody looks at the picture`);
    return false;
  }
})();

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

const Picture = z.object({
  /** Shown since the page was opened, over all its connections. */
  frames: z.number(),
  width: z.number(),
  spread: z.number(),
  words: z.string(),
});
export type Picture = z.infer<typeof Picture>;

/** A picture that is neither black nor plain: the clips' own spread is about 60. */
export const MIN_SPREAD = 15;

const Shown = z.array(z.object({ frame: z.number().nullable(), at: z.number() }));

/** Opens the page to look with, frames counted from the first on. */
export async function openLanePage(
  browser: Browser,
  url: string,
  token: string,
  { withoutWebRtc = false } = {},
): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  if (withoutWebRtc) await page.addInitScript('delete globalThis.RTCPeerConnection');
  await page.addInitScript(`addEventListener('DOMContentLoaded', () => import('/watch/look.ts'))`);
  await page.goto(`${url}/watch/#token=${token}`);
  return page;
}

export async function pictureOf(page: Page): Promise<Picture> {
  return Picture.parse(await page.evaluate(`import('/watch/look.ts').then(({ look }) => look())`));
}

/** The bar code of every frame shown so far, and when it was, by this machine's clock. */
export async function framesShown(page: Page): Promise<z.infer<typeof Shown>> {
  return Shown.parse(await page.evaluate(`import('/watch/look.ts').then(({ shown }) => shown())`));
}

/** When the page's player last began to open. */
export async function openingAt(page: Page): Promise<number> {
  return z.number().parse(await page.evaluate(`import('/watch/look.ts').then(({ openingAt }) => openingAt())`));
}
