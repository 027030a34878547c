import type { Clock } from './clock.ts';

export type DrivenClock = Clock & {
  /** Moves on to the end of the next sleep, or by `ms` when none ends before. */
  step(ms: number): void;
  /** Sleeps that have not ended. */
  readonly sleeping: number;
};

/** Time that passes only when it is told to; sleeps end in their order. */
export function drivenClock(start = Date.now()): DrivenClock {
  const sleeps = new Set<{ until: number; end: () => void }>();
  let now = start;
  return {
    now: () => now,
    get sleeping() {
      return sleeps.size;
    },
    sleep(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleep = { until: now + ms, end: resolve };
      const abort = () => {
        sleeps.delete(sleep);
        reject(signal?.reason);
      };
      if (signal?.aborted) abort();
      else sleeps.add(sleep);
      signal?.addEventListener('abort', abort, { once: true });
      return promise.finally(() => signal?.removeEventListener('abort', abort));
    },
    step(ms) {
      const ends = [...sleeps].map(({ until }) => until);
      now = Math.max(now, Math.min(now + ms, ...ends));
      for (const sleep of [...sleeps]) {
        if (sleep.until > now) continue;
        sleeps.delete(sleep);
        sleep.end();
      }
    },
  };
}
