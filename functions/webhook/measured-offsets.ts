// How far each camera's clock is off, as the bridge measures it by heartbeats: a function hears none. No push waits long
// for the table, and none is refused for it: what is not known soon is not known.
import type { CameraId } from '../../shared/detection/detection.ts';
import type { CameraReport, CameraStates } from '../../shared/store/camera-states.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';

/** A clock keeps its error until somebody sets it: pushes come, too, while the bridge hears nothing. */
const BELIEVED_MS = 24 * 3_600_000;
/** Answered or not: one question per camera, container and minute. */
const ASK_EVERY_MS = 60_000;
/** Of a push's few seconds (ISAPI.md 5.2), once a minute while the table is away. */
const ANSWER_WITHIN_MS = 500;

/** The camera's clock minus ours in ms; null where nobody has measured it lately. */
type OffsetOf = (camera: CameraId) => number | null;
/** Resolves soon, whatever the table does. */
export type MeasuredOffsets = (cameras: readonly CameraId[]) => Promise<OffsetOf>;

type Measured = { offsetMs: number; at: number };
type Dependencies = { states: Pick<CameraStates, 'read'>; clock: Clock; log: Log };

export function measuredOffsets({ states, clock, log }: Dependencies): MeasuredOffsets {
  const asked = new Map<CameraId, { at: number; answered: Promise<void> }>();
  const measured = new Map<CameraId, Measured | null>();

  async function ask(camera: CameraId): Promise<void> {
    try {
      measured.set(camera, measuredIn(await states.read(camera)));
    } catch (error) {
      // What was known before is still the best that is known.
      log.warn('webhook.clock.unknown', { camera, reason: reasonOf(error) });
    }
  }

  async function askInTime(camera: CameraId): Promise<void> {
    const answered = new AbortController();
    const late = clock.sleep(ANSWER_WITHIN_MS, answered.signal).catch(() => {});
    await Promise.race([ask(camera), late]);
    answered.abort();
  }

  function known(camera: CameraId): Promise<void> {
    const now = clock.now();
    const before = asked.get(camera);
    if (before !== undefined && Math.abs(now - before.at) < ASK_EVERY_MS) return before.answered;
    const answered = askInTime(camera);
    asked.set(camera, { at: now, answered });
    return answered;
  }

  return async (cameras) => {
    await Promise.all(cameras.map(known));
    const now = clock.now();
    return (camera) => {
      const last = measured.get(camera) ?? null;
      return last !== null && Math.abs(now - last.at) <= BELIEVED_MS ? last.offsetMs : null;
    };
  };
}

/** It is as old as the last heartbeat: a bridge that reports on may not have heard one for days. */
function measuredIn(report: CameraReport | null): Measured | null {
  if (report === null || report.clockOffsetMs === null || report.lastHeartbeatAt === null) return null;
  return { offsetMs: report.clockOffsetMs, at: Date.parse(report.lastHeartbeatAt) };
}
