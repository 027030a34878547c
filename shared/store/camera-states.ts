// What the bridge last said of each camera; one item per camera, replaced whole.
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { CameraId } from '../detection/detection.ts';
import { cameraStateKey } from './keys.ts';
import { withTableErrors } from './table-errors.ts';

/** A report that is not taken in this time is overtaken by the next one. */
const WRITE_TIMEOUT_MS = 2_000;

const Instant = z.iso.datetime({ precision: 3 });
const Count = z.int().nonnegative();
const Text = z.string();

/**
 * `connected`: bytes come, not merely a socket. `connecting`: neither yet. `closing`: bytes come, but the camera closes
 * every stream after a while. `silent`: no byte came in time. `closed`: the camera ended it, and it is opened again soon.
 * `slot_held`: the camera is full, maybe with the stream before, for two minutes at most. `locked`: the guard is shut.
 * `off`: the bridge has stopped, or is told to hold no stream.
 */
export const StreamStatusSchema = z.enum([
  'connecting',
  'connected',
  'closing',
  'silent',
  'closed',
  'slot_held',
  'unreachable',
  'refused',
  'locked',
  'off',
]);

/**
 * `reading`: a plate within the last minutes. `quiet_expected` and `quiet_suspicious`: none, which this lane's own hours
 * explain or do not. `reads_missing`: the camera tells of vehicles and of no plate. `unknown`: still learning, or nothing
 * comes that could be judged.
 */
export const ReadingStatusSchema = z.enum([
  'reading',
  'quiet_expected',
  'quiet_suspicious',
  'reads_missing',
  'unknown',
]);

/** `reason`: a sentence for all but `reading`. */
export const ReadingSchema = z.object({ status: ReadingStatusSchema, reason: Text.nullable() });
export type Reading = z.infer<typeof ReadingSchema>;

export const CameraReportSchema = z.object({
  reportedAt: Instant,
  /** `reason`: a sentence when the status is no good, or good with a reserve. */
  stream: z.object({ status: StreamStatusSchema, since: Instant, reason: Text.nullable() }),
  /** Not in the rows of bridges that did not judge it yet. */
  reading: ReadingSchema.default({ status: 'unknown', reason: 'the bridge does not say' }),
  lastHeartbeatAt: Instant.nullable(),
  lastReadAt: Instant.nullable(),
  /** Live reads from the stream on the camera's own day; null when no stream is held. */
  readsToday: z.object({ day: z.iso.date(), count: Count }).nullable(),
  /** The camera's clock minus ours. */
  clockOffsetMs: z.number().nullable(),
  model: Text.nullable(),
  firmware: Text.nullable(),
  /** A sentence for the operator when the firmware is known to send no plates. */
  firmwareNote: Text.nullable(),
  /** Of the whole bridge: what waits for delivery, and what was given up. */
  outbox: z.object({ reads: Count, pictures: Count, dropped: Count, bad: Count }),
});
export type CameraReport = z.infer<typeof CameraReportSchema>;

/** Both throw Busy or Broken when the table does not answer. */
export interface CameraStates {
  /** Null also for a report in a form that this version does not know. */
  read(camera: CameraId): Promise<CameraReport | null>;
  write(camera: CameraId, report: CameraReport): Promise<void>;
}

export function cameraStates({ client, table }: { client: DynamoDBDocumentClient; table: string }): CameraStates {
  return {
    read: (camera) =>
      withTableErrors('read the state of a camera', async () => {
        const { Item } = await client.send(
          new GetCommand({ TableName: table, Key: cameraStateKey(camera), ConsistentRead: true }),
        );
        return CameraReportSchema.safeParse(Item).data ?? null;
      }),
    write: (camera, report) =>
      withTableErrors('write the state of a camera', async () => {
        const command = new PutCommand({ TableName: table, Item: { ...report, ...cameraStateKey(camera) } });
        await client.send(command, { abortSignal: AbortSignal.timeout(WRITE_TIMEOUT_MS) });
      }),
  };
}
