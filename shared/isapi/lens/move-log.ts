import * as z from 'zod';
import { type CameraId, CameraIdSchema } from '../../detection/detection.ts';
import { MoveActionSchema } from './action.ts';

const Instant = z.iso.datetime({ precision: 3 });

/** What became of what was asked. `ended` says that the camera took the start and the stop, not that it moved. */
const MoveOutcomeSchema = z.enum([
  'under_way',
  'ended',
  /** The same user's next request went on with it, without a stop in between. */
  'extended',
  /** Somebody's stop, or a later move, came first. */
  'cut_short',
  /** The camera took no stop in three tries; the bridge goes on trying. */
  'not_stopped',
  /** Its starter did not end it, the bridge did. */
  'ended_by_bridge',
  /** It was not done; `code` says why. */
  'failed',
]);
export type MoveOutcome = z.infer<typeof MoveOutcomeSchema>;

/** One thing asked of a lens. */
export const MoveRecordSchema = z.object({
  id: z.string(),
  camera: CameraIdSchema,
  /** The token's subject, or `bridge`. */
  subject: z.string(),
  what: z.union([MoveActionSchema, z.enum(['stop', 'preset', 'home', 'save_home'])]),
  preset: z.int().optional(),
  speed: z.int().optional(),
  durationMs: z.int().optional(),
  at: Instant,
  outcome: MoveOutcomeSchema,
  /** Why it failed or was not stopped: an error's stable code. */
  code: z.string().optional(),
});
export type MoveRecord = z.infer<typeof MoveRecordSchema>;

/** Names one record. */
export type MoveKey = Pick<MoveRecord, 'id' | 'camera' | 'at'>;

/** Who moved which lens. */
export interface MoveLog {
  /** Throws Busy or Broken. */
  keep(record: MoveRecord): Promise<void>;
  /** Writes what became of a kept one. Throws Busy or Broken. */
  settle(key: MoveKey, end: Pick<MoveRecord, 'outcome' | 'code'>): Promise<void>;
  /** The newest, newest first; at most 100. */
  newest(camera: CameraId): Promise<MoveRecord[]>;
}
