import { setTimeout as delay } from 'node:timers/promises';

/** Time as a dependency, so that tests can drive 24 hours through a minute. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Resolves after `ms`; rejects with an AbortError when `signal` aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};

/** Fixed-width UTC ISO with milliseconds: string order is time order. */
export function isoInstant(ms: number): string {
  return new Date(ms).toISOString();
}
