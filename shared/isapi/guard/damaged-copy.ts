// What must be assumed of a bridge's copy that can no longer be read, and that had gone on without the table.
import { isoInstant } from '../../support/clock.ts';
import { attemptLost, type GuardRow, lostLeaseCounted, probePostponed } from './row.ts';

/**
 * The table's row, and one login more of the password in use that nobody knows the end of: shut, with a probe after half
 * an hour, and open at once by an operator's word or another password. That the table knows the password as let in does
 * not shorten the wait: a refusal may be lost as well. On a row that is shut already it moves the probe away by as much,
 * so that of two processes that both find the damage one counts.
 *
 * Null when the table knows no password: nothing then stands for what was lost.
 */
export function lossAssumed(stored: GuardRow, { holder, now }: { holder: string; now: number }): GuardRow | null {
  const { lease } = stored;
  // A lease that this side left in the table is that login, and must not be counted beside it.
  const ended = lease?.holder === holder ? { ...stored, lease: { ...lease, until: isoInstant(now) } } : stored;
  const passwords = ended.passwords.map((record) => ({ ...record, letIn: false }));
  const row = lostLeaseCounted({ ...ended, passwords }, now);
  const [inUse] = row.passwords;
  if (inUse === undefined) return null;
  const { passwordVersion, shut } = inUse;
  if (shut?.probeAt === null) return row;
  if (shut !== null) return probePostponed(row, passwordVersion, now);
  return attemptLost(row, passwordVersion, now);
}
