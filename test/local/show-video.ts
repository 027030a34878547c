// Whether there is live video, on the same screen as the trucks; MediaMTX is fetched once where it is missing.
import { join } from 'node:path';
import colours from 'picocolors';
import { installMediaMtx } from '../../bridge/media/mediamtx/install.ts';
import { PINNED_VERSION, versionText } from '../../bridge/media/mediamtx/version.ts';
import { systemClock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { MediaProcess } from './media-process.ts';

const LOOK_EVERY_MS = 100;

/** Resolves when MediaMTX runs, when it cannot be had, or with the signal. */
export async function showVideo(media: MediaProcess, data: string, signal: AbortSignal): Promise<void> {
  const told = await firstWord(media, signal);
  if (told !== 'mediamtx.missing') return;
  const version = versionText(PINNED_VERSION);
  console.log(colours.dim(`  video     no MediaMTX here: fetching ${version} once …`));
  try {
    await installMediaMtx({
      version: PINNED_VERSION,
      machine: { platform: process.platform, arch: process.arch },
      folder: join(data, 'bridge', 'media'),
      digest: process.env.MEDIAMTX_SHA256 || undefined,
      progress: () => {},
    });
    console.log(
      `  ${colours.bold('video'.padEnd(10))}MediaMTX ${version} is verified and installed; it serves within half a minute`,
    );
  } catch (error) {
    const [sentence = ''] = reasonOf(error).split('\n');
    console.log(
      colours.yellow(
        `  ! no live video: ${sentence}; all else runs. By hand: npm run install-mediamtx, or MEDIAMTX_BIN`,
      ),
    );
  }
}

async function firstWord(media: MediaProcess, signal: AbortSignal): Promise<string | undefined> {
  while (!signal.aborted) {
    const word = media.lines.find(({ event }) => event === 'mediamtx.running' || event === 'mediamtx.missing');
    if (word) return word.event;
    await systemClock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
  return undefined;
}
