// What the doctor says: one finding a check, in the order in which things can be wrong.
import * as z from 'zod';
import { CameraIdSchema } from '../../shared/detection/detection.ts';

/** In this order: what stands earlier is the cause of what fails later. */
export const CHECK_NAMES = [
  'configuration',
  'http-port',
  'rtsp-port',
  'guard',
  'login',
  'firmware',
  'clock',
  'anpr',
  'notification-hosts',
  'stream',
  'pictures',
  'plates-memory',
  'video-main',
  'video-sub',
  'mediamtx',
  'live',
  'api',
  'webhook',
  'test-read',
  'alarms',
] as const;
/** What a finding may be about beside the checks: how doctor was called, the slot that it was told to write, itself. */
export const CheckNameSchema = z.enum([...CHECK_NAMES, 'command-line', 'webhook-slot', 'doctor']);
export type CheckName = z.infer<typeof CheckNameSchema>;

/** `warn`: it works, with a reserve. `skipped`: not looked at, and `seen` says why. */
const StatusSchema = z.enum(['ok', 'warn', 'fail', 'skipped']);
export type Status = z.infer<typeof StatusSchema>;

const OutcomeSchema = z.object({
  status: StatusSchema,
  /** What was seen, in one line. */
  seen: z.string(),
  /** What to change; null where nothing is to be. */
  change: z.string().nullable(),
});
export type Outcome = z.infer<typeof OutcomeSchema>;

export const FindingSchema = OutcomeSchema.extend({
  check: CheckNameSchema,
  /** Null for what belongs to no camera. */
  camera: CameraIdSchema.nullable(),
  tookMs: z.number().nonnegative(),
});
export type Finding = z.infer<typeof FindingSchema>;

const MAX_CHARACTERS = 400;

export const ok = (seen: string, change: string | null = null) => outcome('ok', seen, change);
export const warn = (seen: string, change: string) => outcome('warn', seen, change);
export const fail = (seen: string, change: string) => outcome('fail', seen, change);
export const skipped = (why: string) => outcome('skipped', why, null);

/** The camera's words go onto a terminal: one line, no control characters. */
function outcome(status: Status, seen: string, change: string | null): Outcome {
  const line = seen.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return { status, seen: line.slice(0, MAX_CHARACTERS), change };
}
