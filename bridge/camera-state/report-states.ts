// Tells the table how each camera is.
import type { CameraId } from '../../shared/detection/detection.ts';
import type { CameraReport, CameraStates } from '../../shared/store/camera-states.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import type { Log } from '../../shared/support/log.ts';
import { keepReported, type Report } from '../keep-reported.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { changeMark, type ReportedRoad, reportOf } from './report-of.ts';

export type ReportStates = {
  cameras: readonly CameraId[];
  /** Of the cameras whose stream is held; the others are reported as off. */
  roads: readonly ReportedRoad[];
  states: CameraStates;
  outbox: Pick<Outbox, 'depth'>;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** Resolves after the signal, when the last word, `off`, is written or could not be. */
export async function reportStates(deps: ReportStates): Promise<void> {
  const { cameras, clock, log, signal } = deps;
  const startedAt = isoInstant(clock.now());
  const reports = cameras.map((camera) => reportOn(camera, startedAt, deps));
  await keepReported({ reports, name: 'camera_state', clock, log, signal });
}

function reportOn(camera: CameraId, startedAt: string, { roads, states, outbox, clock }: ReportStates): Report {
  const road = roads.find((each) => each.camera.id === camera);
  let earlier: CameraReport | null | undefined;
  return {
    changeMark: () => changeMark(road),
    async write() {
      // Once, before the first report replaces it: what an earlier process knew of this camera.
      if (earlier === undefined) {
        earlier = await states.read(camera);
        if (earlier?.readsToday) road?.readsToday.resume(earlier.readsToday);
      }
      await states.write(camera, reportOf({ road, earlier, startedAt, depth: outbox.depth(), now: clock.now() }));
    },
  };
}
