// What became of one row in two places: the table, and the bridge's copy that decided while the table was away.

import type { PasswordRecord, Shut } from './row.ts';
import { type GuardRow, type Lease, lostLeaseCounted, MAX_BAD_LOGINS, MAX_PASSWORDS, recordOf } from './row.ts';

export type Parted = {
  table: GuardRow;
  copy: GuardRow;
  /** The row that both began with. */
  base: GuardRow;
  /** Whose leases the copy's side can end; how another's ended only the table knows. */
  holder: string;
  /** Leases that the copy's side may have left in the table without knowing. */
  unsure: ReadonlySet<string>;
  now: number;
};

/**
 * One row of both: what only one side changed is as that side has it; what both changed is the worse of the two, and
 * bad logins of both sides count. Its version is above both.
 */
export function mergedRow(parted: Parted): GuardRow {
  const { table, base, now } = parted;
  const { lease, lost } = mergedLease(parted);
  const copy = lost === null ? parted.copy : lostLeaseCounted({ ...parted.copy, lease: lost }, Date.parse(lost.until));
  const versions = [...copy.passwords, ...table.passwords].map(({ passwordVersion }) => passwordVersion);
  const passwords = [...new Set(versions)].map((version) =>
    mergedRecord(recordOf(table, version), recordOf(copy, version), recordOf(base, version)),
  );
  const merged: GuardRow = {
    version: Math.max(table.version, copy.version) + 1,
    lease,
    nonceReuse: copy.nonceReuse === base.nonceReuse ? table.nonceReuse : copy.nonceReuse,
    passwords: passwords.slice(0, MAX_PASSWORDS),
  };
  return lostLeaseCounted(merged, now);
}

/** The lease that goes on, and the one of the copy's side that cannot: two requests were out at once. */
function mergedLease({ table, copy, base, holder, unsure }: Parted): { lease: Lease | null; lost: Lease | null } {
  const isOver = (lease: Lease) =>
    lease.attempt !== copy.lease?.attempt &&
    ((lease.holder === holder && lease.attempt === base.lease?.attempt) || unsure.has(lease.attempt));
  const inTable = table.lease === null || isOver(table.lease) ? null : table.lease;
  if (inTable === null || copy.lease === null || inTable.attempt === copy.lease.attempt) {
    // A lease that the copy still has from the base, and the table no longer, was ended there.
    const isEnded = inTable === null && copy.lease !== null && copy.lease.attempt === base.lease?.attempt;
    return { lease: inTable ?? (isEnded ? null : copy.lease), lost: null };
  }
  return { lease: inTable, lost: copy.lease };
}

function mergedRecord(table: PasswordRecord, copy: PasswordRecord, base: PasswordRecord): PasswordRecord {
  const badLogins = table.badLogins + Math.max(0, copy.badLogins - base.badLogins);
  const shut = mergedShut(table.shut, copy.shut, base.shut);
  const isSpent = shut !== null && badLogins >= MAX_BAD_LOGINS;
  return {
    passwordVersion: table.passwordVersion,
    badLogins,
    letIn: mergedLetIn(table, copy, base),
    unheard: mergedUnheard(table, copy, base),
    shut: isSpent ? { ...shut, probeAt: null } : shut,
  };
}

/** Which side spoke to the camera last is not known: where both did, both must have been let in. */
function mergedLetIn(table: PasswordRecord, copy: PasswordRecord, base: PasswordRecord): boolean {
  if (isSameRecord(copy, base)) return table.letIn;
  if (isSameRecord(table, base)) return copy.letIn;
  return table.letIn && copy.letIn;
}

function mergedUnheard(table: PasswordRecord, copy: PasswordRecord, base: PasswordRecord): number {
  if (isSameRecord(copy, base)) return table.unheard;
  if (isSameRecord(table, base)) return copy.unheard;
  return Math.max(table.unheard, copy.unheard);
}

function isSameRecord(one: PasswordRecord, other: PasswordRecord): boolean {
  const isSameCount = one.badLogins === other.badLogins && one.unheard === other.unheard;
  return isSameCount && one.letIn === other.letIn && isSame(one.shut, other.shut);
}

function mergedShut(table: Shut | null, copy: Shut | null, base: Shut | null): Shut | null {
  if (isSame(copy, base)) return table;
  if (isSame(table, base)) return copy;
  if (table === null || copy === null) return table ?? copy;
  const earlier = table.since <= copy.since ? table : copy;
  const refusedAt = [table.refusedAt, copy.refusedAt]
    .flatMap((at) => at ?? [])
    .toSorted()
    .at(-1);
  const merged = { ...earlier, ...(refusedAt !== undefined && { refusedAt }) };
  return { ...merged, triesLeft: least(table.triesLeft, copy.triesLeft), probeAt: later(table.probeAt, copy.probeAt) };
}

function isSame(one: Shut | null, other: Shut | null): boolean {
  if (one === null || other === null) return one === other;
  return one.since === other.since && one.why === other.why && one.probeAt === other.probeAt;
}

function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** Null is never. */
function later(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return null;
  return one > other ? one : other;
}
