// The guard's memory of one camera account, and every change it can take, without time, disk or network. It fits one
// table item: plain JSON, written whole by compare-and-set on `version`.
import * as z from 'zod';
import { isoInstant } from '../../support/clock.ts';

/**
 * The promise to the operator: no more wrong logins than this per password, the probe included. Cameras lock after five
 * commonly, and after 3 to 20 where that can be set (ISAPI.md 2.3).
 */
export const MAX_BAD_LOGINS = 2;
/** How long cameras stay locked when they do not say (ISAPI.md 2.3). */
export const UNKNOWN_UNLOCK_MS = 30 * 60_000;
/** After a lost attempt of a password that was let in: no camera said no, and none is likely to be locked. */
const LET_IN_PROBE_MS = 60_000;
/**
 * Logins in a row of a password that was let in, whose end nobody heard, until that counts as a lost attempt: by a bad line as
 * a rule, but somebody may have changed the password behind it, and cameras lock after five.
 */
const MAX_UNHEARD = 3;
/** No camera locks for longer; a larger number is a misreading. */
const MAX_UNLOCK_MS = 24 * 3_600_000;
/** So that an old password coming back, or two processes with different ones, win no fresh tries. */
export const MAX_PASSWORDS = 16;

const Instant = z.iso.datetime({ precision: 3 });
const Count = z.int().nonnegative();

/** `lost_attempt`: a request with credentials was sent and its sender never told how it ended. */
export const ShutReasonSchema = z.enum(['bad_login', 'locked_by_camera', 'lost_attempt']);
export type ShutReason = z.infer<typeof ShutReasonSchema>;

const ShutSchema = z.object({
  since: Instant,
  why: ShutReasonSchema,
  /** When the camera refused last, or nobody heard. Rows of older versions do not say. */
  refusedAt: Instant.optional(),
  /** What the camera said was left before it locks; null when it did not say. */
  triesLeft: Count.nullable(),
  /** When one probe may go; null: only a changed password or an operator opens. */
  probeAt: Instant.nullable(),
});
export type Shut = z.infer<typeof ShutSchema>;

const PasswordRecordSchema = z.object({
  passwordVersion: z.string().min(1),
  badLogins: Count,
  /** The camera has let it in and not refused it since. Rows of older versions do not say. */
  letIn: z.boolean().default(false),
  /** Logins since then whose end nobody heard, in a row. */
  unheard: Count.default(0),
  shut: ShutSchema.nullable(),
});
export type PasswordRecord = z.infer<typeof PasswordRecordSchema>;

/** A request with credentials is out; past `until` without an outcome it counts as a bad login. */
const LeaseSchema = z.object({
  attempt: z.string(),
  /** For people: which process. */
  holder: z.string(),
  until: Instant,
  passwordVersion: z.string(),
});
export type Lease = z.infer<typeof LeaseSchema>;

/** What the camera lets be done with a nonce that was used once; see nonce-session.ts. */
const NonceReuseSchema = z.enum(['untried', 'same-url', 'same-url-only', 'any-url', 'never']);
export type NonceReuse = z.infer<typeof NonceReuseSchema>;

export const GuardRowSchema = z.object({
  version: Count,
  lease: LeaseSchema.nullable(),
  nonceReuse: NonceReuseSchema,
  /** Newest first. */
  passwords: z.array(PasswordRecordSchema).max(MAX_PASSWORDS),
});
export type GuardRow = z.infer<typeof GuardRowSchema>;

/** What a 401 says about the lock; nulls when it does not. */
export type LockNotice = { triesLeft: number | null; unlockSeconds: number | null };

export const emptyRow: GuardRow = { version: 0, lease: null, nonceReuse: 'untried', passwords: [] };

export function recordOf(row: GuardRow, passwordVersion: string): PasswordRecord {
  const known = row.passwords.find((record) => record.passwordVersion === passwordVersion);
  return known ?? { passwordVersion, badLogins: 0, letIn: false, unheard: 0, shut: null };
}

export function withLease(row: GuardRow, lease: Lease): GuardRow {
  // Recorded with the first attempt, so that the row tells which password is in use.
  return { ...withRecord(row, recordOf(row, lease.passwordVersion)), lease };
}

export function withoutLease(row: GuardRow, attempt: string): GuardRow {
  return row.lease?.attempt === attempt ? { ...row, lease: null } : row;
}

/**
 * The password was let in: whatever the guard was shut for is over, and an attempt whose outcome was lost was no bad
 * login after all. Bad logins that the camera told of stay counted.
 */
export function accepted(row: GuardRow, passwordVersion: string): GuardRow {
  const record = recordOf(row, passwordVersion);
  const forgiven = record.shut?.why === 'lost_attempt' ? 1 : 0;
  const badLogins = Math.max(0, record.badLogins - forgiven);
  return withRecord(withoutTriesLeft(row), { passwordVersion, badLogins, letIn: true, unheard: 0, shut: null });
}

export type BadLogin = { passwordVersion: string; logins: number; why: ShutReason; notice: LockNotice; now: number };

/** Shuts; after the last try that a password has, without a probe. */
export function shutBy(row: GuardRow, { passwordVersion, logins, why, notice, now }: BadLogin): GuardRow {
  const before = recordOf(row, passwordVersion);
  const badLogins = before.badLogins + logins;
  const letIn = before.letIn && why === 'lost_attempt';
  const probeInMs = letIn ? LET_IN_PROBE_MS : unlockMsOf(why, notice);
  const shut: Shut = {
    since: before.shut?.since ?? isoInstant(now),
    refusedAt: isoInstant(now),
    why,
    triesLeft: notice.triesLeft,
    probeAt: badLogins < MAX_BAD_LOGINS ? isoInstant(now + probeInMs) : null,
  };
  return withRecord(row, { passwordVersion, badLogins, letIn, unheard: before.unheard, shut });
}

function unlockMsOf(why: ShutReason, notice: LockNotice): number {
  // A camera that is not locked has no lock to wait for: some name their unlock time all the same.
  const unlockSeconds = why === 'locked_by_camera' ? notice.unlockSeconds : null;
  return unlockSeconds ? Math.min(unlockSeconds * 1000, MAX_UNLOCK_MS) : UNKNOWN_UNLOCK_MS;
}

/** A login went out and nobody will ever know how it ended: it counts as a bad one. */
export function attemptLost(row: GuardRow, passwordVersion: string, now: number): GuardRow {
  const notice = { triesLeft: null, unlockSeconds: null };
  return shutBy(row, { passwordVersion, logins: 1, why: 'lost_attempt', notice, now });
}

/** A login went out and no answer came, to a process that lives on. */
export function attemptUnheard(row: GuardRow, passwordVersion: string, now: number): GuardRow {
  const record = recordOf(row, passwordVersion);
  const unheard = record.unheard + 1;
  if (!record.letIn || unheard >= MAX_UNHEARD) return attemptLost(row, passwordVersion, now);
  return withRecord(row, { ...record, unheard });
}

/** A probe went out and nobody knows how it ended: the camera may have counted it, so the next one waits half an hour. */
export function probePostponed(row: GuardRow, passwordVersion: string, now: number): GuardRow {
  const record = recordOf(row, passwordVersion);
  const { shut } = record;
  if (shut === null || shut.probeAt === null) return row;
  return withRecord(row, { ...record, shut: { ...shut, probeAt: isoInstant(now + UNKNOWN_UNLOCK_MS) } });
}

/**
 * An operator's word is worth one try, not two: pressing it again and again must not lock the camera either. Where no camera
 * refused, that try is the probe, which goes now.
 */
export function rearmed(row: GuardRow, passwordVersion: string, now: number): GuardRow {
  const others = withoutTriesLeft(row);
  const record = recordOf(others, passwordVersion);
  const { shut, letIn } = record;
  if (shut === null) return others;
  if (letIn && shut.why === 'lost_attempt' && shut.probeAt !== null) {
    return withRecord(others, { ...record, shut: { ...shut, probeAt: isoInstant(now) } });
  }
  return withRecord(others, { ...record, badLogins: Math.min(record.badLogins, MAX_BAD_LOGINS - 1), shut: null });
}

/** A lease that ran out counts against the password it was sent with. */
export function lostLeaseCounted(row: GuardRow, now: number): GuardRow {
  const { lease } = row;
  if (lease === null || Date.parse(lease.until) > now) return row;
  return { ...attemptLost(row, lease.passwordVersion, now), lease: null };
}

/**
 * Why nothing may be sent with this password, if so: it was refused, or others were, so that the camera has one try left before
 * it locks. That one is kept for half an hour, or an operator's word, unless the password was let in before.
 */
export function shutOf(row: GuardRow, passwordVersion: string): Shut | null {
  const { shut, letIn } = recordOf(row, passwordVersion);
  if (shut !== null || letIn) return shut;
  const others = row.passwords.flatMap((other) => other.shut ?? []);
  const lastTry = others.find(({ why, triesLeft }) => why === 'bad_login' && triesLeft !== null && triesLeft <= 1);
  if (lastTry === undefined) return null;
  const { refusedAt = lastTry.since } = lastTry;
  return { ...lastTry, probeAt: isoInstant(Date.parse(refusedAt) + UNKNOWN_UNLOCK_MS) };
}

export function isShut(shut: Shut | null, now: number): shut is Shut {
  return shut !== null && (shut.probeAt === null || Date.parse(shut.probeAt) > now);
}

/** The camera counts from the beginning again, or an operator takes its last try upon himself. */
function withoutTriesLeft(row: GuardRow): GuardRow {
  const isTold = row.passwords.some(({ shut }) => shut?.triesLeft != null);
  if (!isTold) return row;
  const passwords = row.passwords.map((each) =>
    each.shut ? { ...each, shut: { ...each.shut, triesLeft: null } } : each,
  );
  return { ...row, passwords };
}

function withRecord(row: GuardRow, record: PasswordRecord): GuardRow {
  const others = row.passwords.filter(({ passwordVersion }) => passwordVersion !== record.passwordVersion);
  return { ...row, passwords: [record, ...others].slice(0, MAX_PASSWORDS) };
}
