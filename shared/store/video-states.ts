// What the media process last said of each camera's video; one item per camera, replaced whole.
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { CameraId } from '../detection/detection.ts';
import { videoStateKey } from './keys.ts';
import { withTableErrors } from './table-errors.ts';

/** A report that is not taken in this time is overtaken by the next one. */
const WRITE_TIMEOUT_MS = 2_000;

const Instant = z.iso.datetime({ precision: 3 });
const Count = z.int().nonnegative();
const Text = z.string().nullable();

/** `missing`: there is no MediaMTX on this machine. `off`: the media process has stopped. */
export const MediaServerStatusSchema = z.enum(['starting', 'running', 'restarting', 'missing', 'off']);

/** `idle`: nobody watches, so nothing is asked of the camera. `stalled`: it plays, and no byte comes. */
export const VideoStatusSchema = z.enum(['idle', 'ready', 'stalled', 'unavailable']);

export const VideoStreamSchema = z.object({
  status: VideoStatusSchema,
  /** A sentence when it cannot be watched, or not by everybody. */
  reason: Text,
  codec: Text,
  width: Count.nullable(),
  height: Count.nullable(),
  viewers: z.object({ webrtc: Count, hls: Count, rtsp: Count }),
  /** Since MediaMTX opened the stream. */
  bytesReceived: Count,
  bytesSent: Count,
  /** How often it was opened anew because it stood still, since the media process started. */
  stalls: Count,
});
export type VideoStream = z.infer<typeof VideoStreamSchema>;

export const VideoReportSchema = z.object({
  reportedAt: Instant,
  server: z.object({ status: MediaServerStatusSchema, since: Instant, reason: Text, version: Text, restarts: Count }),
  streams: z.object({ main: VideoStreamSchema, sub: VideoStreamSchema }),
});
export type VideoReport = z.infer<typeof VideoReportSchema>;

/** Both throw Busy or Broken when the table does not answer. */
export interface VideoStates {
  /** Null also for a report in a form that this version does not know. */
  read(camera: CameraId): Promise<VideoReport | null>;
  write(camera: CameraId, report: VideoReport): Promise<void>;
}

export function videoStates({ client, table }: { client: DynamoDBDocumentClient; table: string }): VideoStates {
  return {
    read: (camera) =>
      withTableErrors('read the state of the video', async () => {
        const command = new GetCommand({ TableName: table, Key: videoStateKey(camera), ConsistentRead: true });
        const { Item } = await client.send(command);
        return VideoReportSchema.safeParse(Item).data ?? null;
      }),
    write: (camera, report) =>
      withTableErrors('write the state of the video', async () => {
        const command = new PutCommand({ TableName: table, Item: { ...report, ...videoStateKey(camera) } });
        await client.send(command, { abortSignal: AbortSignal.timeout(WRITE_TIMEOUT_MS) });
      }),
  };
}
