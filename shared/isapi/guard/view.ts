import type { GuardRow, ShutReason } from './row.ts';
import { emptyRow, lostLeaseCounted } from './row.ts';

/** A guard as people see it: of the password that was tried last. */
export type GuardView = {
  status: 'open' | 'shut';
  /** Since when it is shut, and why. */
  since: string | null;
  why: ShutReason | null;
  badLogins: number;
  /** What the camera said was left before it locks. */
  triesLeft: number | null;
  /** From when one probe may go; null while shut: only another password or an operator opens. */
  probeAt: string | null;
};

export function guardView(stored: GuardRow | null, now: number): GuardView {
  const [inUse] = lostLeaseCounted(stored ?? emptyRow, now).passwords;
  const { since = null, why = null, triesLeft = null, probeAt = null } = inUse?.shut ?? {};
  return { status: since === null ? 'open' : 'shut', since, why, badLogins: inUse?.badLogins ?? 0, triesLeft, probeAt };
}
