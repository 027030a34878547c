import type { CameraReport } from '../../shared/store/camera-states.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import type { CameraRoad } from '../camera-road.ts';
import type { Outbox } from '../outbox/outbox.ts';

type Facts = {
  road: CameraRoad | undefined;
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
      ? streamOf(state)
      : { status: 'off', since: startedAt, reason: 'the bridge is told to hold no stream' },
    lastHeartbeatAt: state?.lastHeartbeatAt ?? earlier?.lastHeartbeatAt ?? null,
    lastReadAt: state?.lastReadAt ?? earlier?.lastReadAt ?? null,
    readsToday: road?.readsToday.on(now) ?? null,
    clockOffsetMs: road?.clockOffset.ms ?? null,
    model: state?.model ?? earlier?.model ?? null,
    firmware: state?.firmware ?? earlier?.firmware ?? null,
    // Goes with the firmware: an upgraded camera must lose its note.
    firmwareNote: (state?.firmware ? state.firmwareNote : earlier?.firmwareNote) ?? null,
    outbox: { reads, pictures, dropped, bad },
  };
}

/** Differs whenever there is something that must not wait for the next regular report. */
export function changeMark(road: CameraRoad | undefined): string {
  if (road === undefined) return 'off';
  const { status, since, model, firmware } = road.state;
  return [status, since, model, firmware].join('\n');
}

function streamOf({ status, since, reason }: CameraRoad['state']): CameraReport['stream'] {
  return { status: status === 'stopped' ? 'off' : status, since, reason };
}
