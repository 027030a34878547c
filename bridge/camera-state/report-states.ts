// Tells the table how each camera is: on every change and every 30 s, so that a bridge that has died is seen by its silence.
// Nothing waits for it: one write per camera is out at most, and one that fails is tried again with newer facts.
import type { CameraId } from '../../shared/detection/detection.ts';
import type { CameraReport, CameraStates } from '../../shared/store/camera-states.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { changeMark, type ReportedRoad, reportOf } from './report-of.ts';

const REPORT_EVERY_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** Before a report that the table did not take is tried again. */
const RETRY_AFTER_MS = 5_000;

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
  const { cameras, roads, clock, signal } = deps;
  const startedAt = isoInstant(clock.now());
  const said = { failure: false };
  const reporters = cameras.map((camera) => {
    const road = roads.find((each) => each.camera.id === camera);
    return createReporter({ ...deps, camera, road, startedAt, said });
  });
  while (!signal.aborted) {
    for (const reporter of reporters) reporter.look();
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
  await Promise.all(reporters.map((reporter) => reporter.lastWord()));
}

type Reporter = { look(): void; lastWord(): Promise<void> };
type ReporterDeps = ReportStates & {
  camera: CameraId;
  road: ReportedRoad | undefined;
  startedAt: string;
  /** Shared by all: a table that is away is one line, not one per camera. */
  said: { failure: boolean };
};

function createReporter(deps: ReporterDeps): Reporter {
  const { camera, road, states, outbox, clock, log, startedAt, said } = deps;
  let earlier: CameraReport | null | undefined;
  let inFlight: Promise<void> | null = null;
  let triedAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let toldMark = '';

  async function write(): Promise<void> {
    // Once, before the first report replaces it: what an earlier process knew of this camera.
    if (earlier === undefined) {
      earlier = await states.read(camera);
      if (earlier?.readsToday) road?.readsToday.resume(earlier.readsToday);
    }
    const mark = changeMark(road);
    await states.write(camera, reportOf({ road, earlier, startedAt, depth: outbox.depth(), now: clock.now() }));
    toldMark = mark;
    hasFailed = false;
    if (said.failure) log.info('camera_state.reported_again', { camera });
    said.failure = false;
  }

  function report(): Promise<void> {
    triedAt = clock.now();
    return write().catch((error: unknown) => {
      if (!said.failure) log.warn('camera_state.unreported', { camera, reason: reasonOf(error) });
      said.failure = true;
      hasFailed = true;
    });
  }

  function nextInMs(): number {
    if (hasFailed) return RETRY_AFTER_MS;
    return changeMark(road) === toldMark ? REPORT_EVERY_MS : 0;
  }

  return {
    look() {
      if (inFlight !== null || clock.now() - triedAt < nextInMs()) return;
      inFlight = report().finally(() => {
        inFlight = null;
      });
    },
    async lastWord() {
      await inFlight;
      await report();
    },
  };
}
