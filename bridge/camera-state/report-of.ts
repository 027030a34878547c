import type { CameraReport, Reading } from '../../shared/store/camera-states.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import type { CameraRoad } from '../camera-road.ts';
import type { Outbox } from '../outbox/outbox.ts';

/** Heartbeats come every 10 s; around events they pause for up to 38 s (ISAPI.md 3.4). */
const WITHOUT_HEARTBEAT_MS = 60_000;

/** What is reported of a camera whose stream is held. */
export type ReportedRoad = Pick<CameraRoad, 'camera' | 'state' | 'clockOffset' | 'readsToday' | 'quiet'>;

type Facts = {
  road: ReportedRoad | undefined;
  /** What the table said before this process. */
  earlier: CameraReport | null;
  startedAt: string;
  depth: ReturnType<Outbox['depth']>;
  now: number;
};

/** What the bridge knows of one camera now; what it has not seen yet is as an earlier process saw it. */
export function reportOf({ road, earlier, startedAt, depth, now }: Facts): CameraReport {
  const { reads, pictures, dropped, bad } = depth;
  const state = road?.state;
  return {
    reportedAt: isoInstant(now),
    stream: state
      ? streamOf(state, now)
      : { status: 'off', since: startedAt, reason: 'the bridge is told to hold no stream' },
    reading: road?.quiet.reading() ?? NO_STREAM_READING,
    lastHeartbeatAt: state?.lastHeartbeatAt ?? earlier?.lastHeartbeatAt ?? null,
    lastReadAt: state?.lastReadAt ?? earlier?.lastReadAt ?? null,
    readsToday: road?.readsToday.on(now) ?? null,
    // As old as the last heartbeat: who believes it looks at that.
    clockOffsetMs: road?.clockOffset.ms ?? earlier?.clockOffsetMs ?? null,
    model: state?.model ?? earlier?.model ?? null,
    firmware: state?.firmware ?? earlier?.firmware ?? null,
    // Goes with the firmware: an upgraded camera must lose its note.
    firmwareNote: (state?.firmware ? state.firmwareNote : earlier?.firmwareNote) ?? null,
    outbox: { reads, pictures, dropped, bad },
  };
}

const NO_STREAM_READING: Reading = { status: 'unknown', reason: 'the bridge is told to hold no stream' };

/** Differs whenever there is something that must not wait for the next regular report. */
export function changeMark(road: ReportedRoad | undefined): string {
  if (road === undefined) return 'off';
  const { status, since, model, firmware } = road.state;
  return [status, since, model, firmware, road.quiet.reading().status, road.state.waitsForDisk !== null].join('\n');
}

/** The status, and where it is good a reserve: a camera without heartbeats cannot be told from a dead one when it is quiet. */
export function streamOf(state: ReportedRoad['state'], now: number): CameraReport['stream'] {
  const { status, since, reason, upSince, lastHeartbeatAt, waitsForDisk } = state;
  const beatAt = Math.max(upSince ?? now, lastHeartbeatAt === null ? 0 : Date.parse(lastHeartbeatAt));
  const isWithoutHeartbeats = status === 'connected' && now - beatAt > WITHOUT_HEARTBEAT_MS;
  return {
    status: status === 'stopped' ? 'off' : status,
    since,
    reason:
      waitsForDisk !== null
        ? `nothing is read: the bridge’s disk takes no read (${waitsForDisk})`
        : (reason ?? (isWithoutHeartbeats ? 'events come, but no heartbeats' : null)),
  };
}
