// One time for a whole world, which passes only when it is told to; what each part's own clock shows of it may be wrong.
import type { Clock } from '../../shared/support/clock.ts';

export type WorldClock = Clock & {
  /** Moves on to the end of the next sleep, or by `ms` when none ends before. */
  step(ms: number): void;
  /** A clock that shows so much more; who sleeps by it sleeps as long, however it is set meanwhile. */
  wrongBy(errorMs: () => number): Clock;
};

export function worldClock(start: number): WorldClock {
  const sleeps = new Set<{ until: number; end: () => void }>();
  let now = start;

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      sleeps.delete(own);
      signal?.removeEventListener('abort', abort);
    };
    const end = () => {
      leave();
      resolve();
    };
    const abort = () => {
      leave();
      reject(signal?.reason);
    };
    const own = { until: now + ms, end };
    sleeps.add(own);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    return promise;
  }

  return {
    now: () => now,
    sleep,
    step(ms) {
      let until = now + ms;
      for (const each of sleeps) until = Math.min(until, each.until);
      now = Math.max(now, until);
      for (const each of [...sleeps]) if (each.until <= now) each.end();
    },
    wrongBy: (errorMs) => ({ now: () => now + errorMs(), sleep }),
  };
}
