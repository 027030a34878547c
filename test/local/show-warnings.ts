// What is wrong, on the same screen as the trucks: what our processes warn of.
import colours from 'picocolors';
import { systemClock } from '../../shared/support/clock.ts';
import type { StartedProcess } from './started-process.ts';

const LOOK_EVERY_MS = 500;
const NOT_WORTH_SAYING = new Set(['info', 'debug']);
/** Told with what is done about it (show-video.ts). */
const TOLD_ELSEWHERE = new Set(['mediamtx.missing']);

export async function showWarnings({ lines }: Pick<StartedProcess, 'lines'>, signal: AbortSignal): Promise<void> {
  for (let seen = 0; !signal.aborted; ) {
    for (const { level, event, reason, note } of lines.slice(seen)) {
      if (NOT_WORTH_SAYING.has(level) || TOLD_ELSEWHERE.has(event)) continue;
      console.log(colours.yellow(`  ! ${event}${reason || note ? `: ${String(reason ?? note)}` : ''}`));
    }
    seen = lines.length;
    await systemClock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}
