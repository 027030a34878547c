// The lens of one camera as all processes see it: who moves it, until when, and whether it looks where it should. Every
// change it can take, without time, table or camera; written whole by compare-and-set on `version`.
import * as z from 'zod';
import { isoInstant } from '../../support/clock.ts';
import { type Drive, MOTIONS, MoveActionSchema } from './action.ts';

/** Whoever moved last keeps the lens so long after the move ended. */
export const HOLD_MS = 2_000;

const Instant = z.iso.datetime({ precision: 3 });

const MoveSchema = z.object({
  /** Of the request that has the last word about this motion, and sends its stop. */
  id: z.string(),
  subject: z.string(),
  at: Instant,
  /** Null for a visit (preset, home), which ends by itself. */
  action: MoveActionSchema.nullable(),
  /** Written before the move begins: past it, whoever finds it unfinished ends it. */
  endsBy: Instant,
  /** `stopping`: somebody has taken it upon himself to send the stop. */
  phase: z.enum(['moving', 'stopping', 'ended']),
  endedAt: Instant.nullable(),
});
export type LensMove = z.infer<typeof MoveSchema>;

export const LensRowSchema = z.object({
  version: z.int().nonnegative(),
  /** The last one, under way or over. */
  move: MoveSchema.nullable(),
  /** Since when it has not been at home; null while it is. */
  awaySince: Instant.nullable(),
});
export type LensRow = z.infer<typeof LensRowSchema>;

export const emptyLensRow: LensRow = { version: 0, move: null, awaySince: null };

export const isUnderWay = ({ move }: LensRow): boolean => move !== null && move.phase !== 'ended';

/** What must be told to stop for it. */
export const driveOf = ({ action }: LensMove): Drive => (action === null ? 'ptz' : MOTIONS[action].drive);

/** How the move of request `id`, which set `drive` in motion, stands. */
export type Standing =
  /** It has the last word, and must send the stop. */
  | 'mine'
  /** A later request moves the same drive, and will send the stop. */
  | 'carried_on'
  /** A later one stopped it and sent the lens elsewhere: a stop now would hold it up on its way. */
  | 'sent_elsewhere'
  /** Somebody has stopped it, or moves another drive. */
  | 'over';

export function standingOf({ move }: LensRow, id: string, drive: Drive): Standing {
  if (move?.id === id) return move.phase === 'moving' ? 'mine' : 'over';
  if (move?.action === null) return 'sent_elsewhere';
  return move?.phase === 'moving' && driveOf(move) === drive ? 'carried_on' : 'over';
}

/** Until when others must wait, ms since 1970; null when nobody holds it. */
export function heldUntil({ move }: LensRow, now: number): number | null {
  if (move === null) return null;
  const until = Date.parse(move.phase === 'ended' ? (move.endedAt ?? move.endsBy) : move.endsBy) + HOLD_MS;
  return until > now ? until : null;
}

export type Beginning = Pick<LensMove, 'id' | 'subject' | 'at' | 'action'> & { endsBy: number };

/** The lens is on its way from home from the moment that it may be. */
export function begun(row: LensRow, { endsBy, ...begins }: Beginning): LensRow {
  const move: LensMove = { ...begins, endsBy: isoInstant(endsBy), phase: 'moving', endedAt: null };
  return { ...row, move, awaySince: row.awaySince ?? begins.at };
}

/** Only if `id` still has the last word; else the row as it is. */
export function stopping(row: LensRow, id: string): LensRow {
  if (row.move?.id !== id || row.move.phase !== 'moving') return row;
  return { ...row, move: { ...row.move, phase: 'stopping' } };
}

export function ended(row: LensRow, id: string, now: number): LensRow {
  if (row.move?.id !== id || row.move.phase === 'ended') return row;
  return { ...row, move: { ...row.move, phase: 'ended', endedAt: isoInstant(now) } };
}

/** The camera refused to begin: nothing moved, nobody holds it, and it is as far from home as it was before. */
export function neverBegun(row: LensRow, id: string, before: LensRow): LensRow {
  return row.move?.id === id ? { ...row, move: before.move, awaySince: before.awaySince } : row;
}

export function atHome(row: LensRow): LensRow {
  return row.awaySince === null ? row : { ...row, awaySince: null };
}

/** As `stopping`, whoever the starter was and however far he came. */
export function takenOver(row: LensRow): LensRow {
  return row.move === null || row.move.phase === 'ended' ? row : { ...row, move: { ...row.move, phase: 'stopping' } };
}

/** Its starter should have ended it by now. */
export function isOverdue({ move }: LensRow, now: number, graceMs: number): boolean {
  return move !== null && move.phase !== 'ended' && Date.parse(move.endsBy) + graceMs < now;
}

/** Away, and nobody has touched it for `idleMs`. */
export function isIdleAway(row: LensRow, now: number, idleMs: number): boolean {
  if (row.awaySince === null || isUnderWay(row)) return false;
  return Date.parse(row.move?.endedAt ?? row.awaySince) + idleMs <= now;
}
