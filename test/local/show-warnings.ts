// What is wrong, on the same screen as the trucks: the bridge's warnings and errors.
import colours from 'picocolors';
import { systemClock } from '../../shared/support/clock.ts';
import type { BridgeProcess } from './bridge-process.ts';

const LOOK_EVERY_MS = 500;
const NOT_WORTH_SAYING = new Set(['info', 'debug']);

export async function showWarnings(bridge: Pick<BridgeProcess, 'lines'>, signal: AbortSignal): Promise<void> {
  for (let seen = 0; !signal.aborted; ) {
    for (const { level, event, reason, note } of bridge.lines.slice(seen)) {
      if (NOT_WORTH_SAYING.has(level)) continue;
      console.log(colours.yellow(`  ! ${event}${reason || note ? `: ${String(reason ?? note)}` : ''}`));
    }
    seen = bridge.lines.length;
    await systemClock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}
