// What the API says of a camera: the bridge's last report as long as it can be believed, and the guard's own row.
// Imported for its effect as well, as schemas.ts explains.
import '@hono/zod-openapi';
import * as z from 'zod';
import type { CameraId as CameraIdType } from '../../shared/detection/detection.ts';
import type { GuardView } from '../../shared/isapi/guard/view.ts';
import {
  type CameraReport,
  CameraReportSchema,
  ReadingStatusSchema,
  StreamStatusSchema,
} from '../../shared/store/camera-states.ts';
import {
  MediaServerStatusSchema,
  type VideoReport,
  VideoReportSchema,
  VideoStatusSchema,
  VideoStreamSchema,
} from '../../shared/store/video-states.ts';
import type { LiveUrls } from './live-urls.ts';
import { CameraId } from './schemas.ts';

/** Three missed reports. */
const BELIEVED_MS = 90_000;

const INSTANT = '2026-11-22T10:00:00.000Z';
const Instant = z.iso.datetime({ precision: 3 });
const report = CameraReportSchema.shape;

export const GuardAnswer = z
  .object({
    status: z
      .enum(['open', 'shut'])
      .meta({ description: 'shut: nobody logs in to the camera, so that it never locks.' }),
    since: Instant.nullable(),
    why: z.enum(['bad_login', 'locked_by_camera', 'lost_attempt']).nullable().meta({
      description: 'lost_attempt: a login was sent and its sender never told how it ended.',
    }),
    badLogins: z.int().meta({ description: 'Refused logins with this password; never more than two.' }),
    triesLeft: z.int().nullable().meta({ description: 'What the camera said was left before it locks.' }),
    probeAt: Instant.nullable().meta({
      description: 'From when one single try may go; null while shut: only another password or rearm opens it.',
    }),
  })
  .openapi('Guard');

export const LiveUrlsAnswer = z.object({
  whep: z.url().meta({ description: 'WebRTC: POST an SDP offer.', example: 'https://gate.example/live/gate-sub/whep' }),
  hls: z.url().meta({ example: 'https://gate.example/live/gate-sub/index.m3u8' }),
});

const VideoStreamAnswer = VideoStreamSchema.extend({
  status: VideoStatusSchema.meta({
    description:
      'idle: nobody watches, so the camera is not asked for it. ready: it plays. stalled: it plays, and no byte comes. ' +
      'unavailable: it was asked for and cannot be watched.',
  }),
  reason: VideoStreamSchema.shape.reason.meta({ description: 'A sentence for the operator.' }),
}).openapi('VideoStream');

const server = VideoReportSchema.shape.server.shape;
export const VideoAnswer = z
  .object({
    server: z.object({
      ...server,
      status: z.enum([...MediaServerStatusSchema.options, 'unknown']).meta({
        description: 'missing: no MediaMTX is installed. unknown: the media process has not reported for 90 s.',
      }),
      since: Instant.nullable(),
    }),
    streams: z.object({ main: VideoStreamAnswer, sub: VideoStreamAnswer }).nullable(),
  })
  .openapi('Video');

export const CameraAnswer = z
  .object({
    id: CameraId,
    stream: z.object({
      status: z.enum([...StreamStatusSchema.options, 'unknown']).meta({
        description:
          'connected (bytes come, not merely a socket) is the only good one. connecting: no byte yet. closing: bytes ' +
          'come, but the camera closes every stream after a while. silent: no byte in time. closed: the camera ended ' +
          'it, and it is opened again soon. slot_held: the camera is full, maybe with the stream before, for two ' +
          'minutes at most. unreachable, refused: by the network, by the camera. locked: the guard is shut. off: the ' +
          'bridge has stopped, or is told to hold no stream. unknown: the bridge has not reported for 90 s, whatever ' +
          'it said before.',
        example: 'connected',
      }),
      since: Instant.nullable().meta({ description: 'For unknown: the last report.', example: INSTANT }),
      reason: z.string().nullable().meta({ description: 'A sentence for the operator, for a bad status.' }),
    }),
    reading: z.object({
      status: ReadingStatusSchema.meta({
        description:
          'reading: a plate within the last minutes. quiet_expected, quiet_suspicious: none, which this lane’s own ' +
          'hours of the week explain or do not. reads_missing: the camera tells of vehicles and of no plate. unknown: ' +
          'still learning those hours, or nothing comes that could be judged.',
        example: 'quiet_suspicious',
      }),
      reason: z.string().nullable().meta({
        description: 'A sentence for the operator, for all but reading.',
        example: 'no read for 47 min; at this hour a truck comes every 4 min',
      }),
    }),
    lastHeartbeatAt: report.lastHeartbeatAt.meta({ example: INSTANT }),
    lastReadAt: report.lastReadAt.meta({ description: 'Of the last plate by the stream.', example: INSTANT }),
    readsToday: z.int().nullable().meta({ description: 'By the stream, on the camera’s own day.', example: 412 }),
    clockOffsetMs: report.clockOffsetMs.meta({ description: 'The camera’s clock minus ours.', example: -320 }),
    model: report.model.meta({ example: 'DS-2CD4A26FWD-IZS/P' }),
    firmware: report.firmware.meta({ example: 'V5.7.18 build 240826' }),
    firmwareNote: report.firmwareNote.meta({
      description: 'Not null: this firmware sends no plates. Show it loudly.',
    }),
    outbox: report.outbox.nullable().meta({
      description: 'Of the whole bridge: reads and pictures that wait for delivery, pictures dropped, damaged files.',
    }),
    guard: GuardAnswer,
    live: LiveUrlsAnswer.nullable().meta({
      description:
        'Where to watch the sub stream, with the same token; null: this gate shows no live video. `POST …/live` for the ' +
        'main stream, or for a ticket.',
    }),
    video: VideoAnswer,
    reportedAt: Instant.nullable().meta({ description: 'When the bridge last said anything.', example: INSTANT }),
  })
  .openapi('Camera');
export type CameraAnswer = z.infer<typeof CameraAnswer>;

export const CameraList = z
  .object({ items: z.array(CameraAnswer), cursor: z.null().meta({ description: 'All cameras are on one page.' }) })
  .openapi('CameraList');

type Known = {
  id: CameraIdType;
  reported: CameraReport | null;
  guard: GuardView;
  live: LiveUrls | null;
  video: VideoReport | null;
  now: number;
};

/** A report that is too old, or from a clock too far ahead of ours, says nothing of how the camera is now. */
export function cameraAnswer({ id, reported, guard, live, video, now }: Known): CameraAnswer {
  const current = believed(reported, now);
  const since = reported?.reportedAt ?? null;
  return {
    id,
    stream: current?.stream ?? { status: 'unknown', since, reason: unknownReason(reported) },
    reading: current?.reading ?? { status: 'unknown', reason: unknownReason(reported) },
    lastHeartbeatAt: reported?.lastHeartbeatAt ?? null,
    lastReadAt: reported?.lastReadAt ?? null,
    readsToday: current?.readsToday?.count ?? null,
    clockOffsetMs: current?.clockOffsetMs ?? null,
    model: reported?.model ?? null,
    firmware: reported?.firmware ?? null,
    firmwareNote: reported?.firmwareNote ?? null,
    outbox: current?.outbox ?? null,
    guard,
    live,
    video: videoAnswer(video, now),
    reportedAt: since,
  };
}

function believed<T extends { reportedAt: string }>(report: T | null, now: number): T | null {
  return report !== null && Math.abs(now - Date.parse(report.reportedAt)) <= BELIEVED_MS ? report : null;
}

function videoAnswer(video: VideoReport | null, now: number): z.infer<typeof VideoAnswer> {
  const current = believed(video, now);
  if (current !== null) return { server: current.server, streams: current.streams };
  const reason = `the media process ${video === null ? 'has never reported' : 'does not report any more'}`;
  const server = { status: 'unknown', since: video?.reportedAt ?? null, reason, version: null, restarts: 0 } as const;
  return { server, streams: null };
}

function unknownReason(reported: CameraReport | null): string {
  return reported === null ? 'the bridge has never reported' : 'the bridge does not report any more';
}
