// What is wrong, on the same screen as the trucks: what our processes warn of.
import colours from 'picocolors';
import { systemClock } from '../../shared/support/clock.ts';
import type { StartedProcess } from './started-process.ts';
import { type Place, warningText } from './warning-text.ts';

const LOOK_EVERY_MS = 500;
const NOT_WORTH_SAYING = new Set(['info', 'debug']);
/** Told with what is done about it (show-video.ts). */
const TOLD_ELSEWHERE = new Set(['mediamtx.missing']);

type Warned = Pick<StartedProcess, 'lines'>;

export async function showWarnings({ lines }: Warned, place: Place, signal: AbortSignal): Promise<void> {
  for (let seen = 0; !signal.aborted; ) {
    for (const line of lines.slice(seen)) {
      if (NOT_WORTH_SAYING.has(line.level) || TOLD_ELSEWHERE.has(line.event)) continue;
      console.log(colours.yellow(`  ! ${warningText(line, place)}`));
    }
    seen = lines.length;
    await systemClock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}
