import type { Clock } from '../../shared/support/clock.ts';
import type { Log } from '../../shared/support/log.ts';

const LOOK_EVERY_MS = 1_000;
/** What a time daemon corrects bit by bit stays far below it; above it, times in log and table no longer fit each other. */
const STEP_MS = 5_000;

type WatchClock = {
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** Milliseconds that only run on, whatever is done to the clock. */
  uptimeMs?: () => number;
};

/**
 * Says `clock.stepped` when this machine's clock was set: at boot without a battery, by hand, or by a virtual machine that
 * went on after a pause. `seconds`: how far, below 0 when back. Resolves after the signal.
 */
export async function watchClock({
  clock,
  log,
  signal,
  uptimeMs = () => performance.now(),
}: WatchClock): Promise<void> {
  const aheadMs = () => clock.now() - uptimeMs();
  let knownMs = aheadMs();
  while (!signal.aborted) {
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    const nowMs = aheadMs();
    const seconds = Math.round((nowMs - knownMs) / 1000);
    if (Math.abs(nowMs - knownMs) >= STEP_MS) log.warn('clock.stepped', { seconds });
    knownMs = nowMs;
  }
}
