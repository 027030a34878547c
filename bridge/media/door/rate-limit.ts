import type { Clock } from '../../../shared/support/clock.ts';
import { BoundedMap } from './bounded-map.ts';

/** Keys that are remembered; a flood of new ones makes the oldest be forgotten, never memory grow. */
const MAX_KEYS = 10_000;

export type RateLimit = {
  /** Takes one; null, or after how many seconds there is one again. */
  take(key: string): number | null;
  /** The same without taking one. */
  look(key: string): number | null;
};

/** At most `limit` at once; what was taken comes back evenly, all of it within `windowMs`. */
export function rateLimit({ limit, windowMs, clock }: { limit: number; windowMs: number; clock: Clock }): RateLimit {
  const taken = new BoundedMap<string, { count: number; at: number }>(MAX_KEYS);

  function countOf(key: string): number {
    const entry = taken.get(key);
    if (entry === undefined) return 0;
    // A clock that was set back gives nothing back, and takes nothing.
    const back = (Math.max(0, clock.now() - entry.at) * limit) / windowMs;
    return Math.max(0, entry.count - back);
  }

  function look(key: string): number | null {
    const over = countOf(key) + 1 - limit;
    return over <= 0 ? null : Math.max(1, Math.ceil((over * windowMs) / limit / 1_000));
  }

  return {
    look,
    take(key) {
      const wait = look(key);
      if (wait === null) taken.set(key, { count: countOf(key) + 1, at: clock.now() });
      return wait;
    },
  };
}
