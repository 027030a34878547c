// Time that passes when the test says so: a day of a gate in seconds.
import type { Clock } from '../../shared/support/clock.ts';

export type SimulatedClock = Clock & {
  /** Time passes, and whoever has slept long enough wakes. */
  pass(ms: number): void;
  /** How many sleep now. */
  readonly sleepers: number;
};

type Sleeper = { until: number; wake: () => void };

export function simulatedClock(start: number): SimulatedClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  return {
    now: () => now,
    get sleepers() {
      return sleepers.size;
    },
    pass(ms) {
      now += ms;
      for (const sleeper of sleepers) if (sleeper.until <= now) sleeper.wake();
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          settle();
        };
        const sleeper: Sleeper = { until: now + ms, wake: end(resolve) };
        const abort = end(() => reject(signal?.reason));
        if (signal?.aborted) return reject(signal.reason);
        sleepers.add(sleeper);
        signal?.addEventListener('abort', abort);
      });
    },
  };
}
