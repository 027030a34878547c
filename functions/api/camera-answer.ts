// What the API says of a camera: the bridge's last report as long as it can be believed, and the guard's own row.
// Imported for its effect as well, as schemas.ts explains.
import '@hono/zod-openapi';
import * as z from 'zod';
import type { CameraId as CameraIdType } from '../../shared/detection/detection.ts';
import type { GuardView } from '../../shared/isapi/guard/view.ts';
import { type CameraReport, CameraReportSchema, StreamStatusSchema } from '../../shared/store/camera-states.ts';
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

export const CameraAnswer = z
  .object({
    id: CameraId,
    stream: z.object({
      status: z.enum([...StreamStatusSchema.options, 'unknown']).meta({
        description:
          'connected is the only good one. unknown: the bridge has not reported for 90 s, whatever it said before. ' +
          'locked: the guard is shut. off: the bridge has stopped, or is told to hold no stream.',
        example: 'connected',
      }),
      since: Instant.nullable().meta({ description: 'For unknown: the last report.', example: INSTANT }),
      reason: z.string().nullable().meta({ description: 'A sentence for the operator, for a bad status.' }),
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
    reportedAt: Instant.nullable().meta({ description: 'When the bridge last said anything.', example: INSTANT }),
  })
  .openapi('Camera');
export type CameraAnswer = z.infer<typeof CameraAnswer>;

export const CameraList = z
  .object({ items: z.array(CameraAnswer), cursor: z.null().meta({ description: 'All cameras are on one page.' }) })
  .openapi('CameraList');

type Known = { id: CameraIdType; reported: CameraReport | null; guard: GuardView; now: number };

/** A report that is too old, or from a clock too far ahead of ours, says nothing of how the camera is now. */
export function cameraAnswer({ id, reported, guard, now }: Known): CameraAnswer {
  const age = reported === null ? Number.POSITIVE_INFINITY : Math.abs(now - Date.parse(reported.reportedAt));
  const current = age <= BELIEVED_MS ? reported : null;
  const since = reported?.reportedAt ?? null;
  return {
    id,
    stream: current?.stream ?? { status: 'unknown', since, reason: unknownReason(reported) },
    lastHeartbeatAt: reported?.lastHeartbeatAt ?? null,
    lastReadAt: reported?.lastReadAt ?? null,
    readsToday: current?.readsToday?.count ?? null,
    clockOffsetMs: current?.clockOffsetMs ?? null,
    model: reported?.model ?? null,
    firmware: reported?.firmware ?? null,
    firmwareNote: reported?.firmwareNote ?? null,
    outbox: current?.outbox ?? null,
    guard,
    reportedAt: since,
  };
}

function unknownReason(reported: CameraReport | null): string {
  return reported === null ? 'the bridge has never reported' : 'the bridge does not report any more';
}
