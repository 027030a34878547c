import { reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';

export type KickOnce = (id: string, kick: () => Promise<void>, done: () => void) => void;

/** Ends a session of MediaMTX, one try at a time; a try that fails is told, and the next sweep makes another. */
export function kickOnce(log: Log): KickOnce {
  const kicking = new Set<string>();
  return (id, kick, done) => {
    if (kicking.has(id)) return;
    kicking.add(id);
    kick()
      .then(done, (thrown: unknown) => log.warn('viewer.kick_failed', { reason: reasonOf(thrown) }))
      .finally(() => kicking.delete(id));
  };
}
