// What the alarms watch, as lines of the log: once a minute, and at once when a stream comes or goes.
import type { CameraId } from '../../shared/detection/detection.ts';
import {
  BRIDGE_METRICS,
  CAMERA_DIMENSION,
  CAMERA_METRICS,
  SERVICE_DIMENSION,
} from '../../shared/metrics/bridge-metrics.ts';
import type { Clock } from '../../shared/support/clock.ts';
import type { CameraRoad } from '../camera-road.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { metricDocument } from './metric-document.ts';
import { bridgeMetrics, cameraMetrics, countsOf } from './metrics-of.ts';

const EMIT_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** A table that is slower is not waited for: the stream's own word on the guard stands in. */
const GUARD_ANSWER_MS = 3_000;

export type MeasuredRoad = Pick<CameraRoad, 'camera' | 'state' | 'clockOffset' | 'quiet'>;

export type EmitMetrics = {
  /** Of the cameras whose stream is held. */
  roads: readonly MeasuredRoad[];
  outbox: Pick<Outbox, 'depth'>;
  /** Whether the camera's guard is shut. */
  isShut: (camera: CameraId) => Promise<boolean>;
  /** Writes one line to the log. */
  print: (line: string) => void;
  clock: Clock;
  signal: AbortSignal;
};

/** Resolves after the signal. */
export async function emitMetrics(deps: EmitMetrics): Promise<void> {
  const { roads, clock, signal } = deps;
  const emitters = [bridgeEmitter(deps), ...roads.map((road) => cameraEmitter(road, deps))];
  while (!signal.aborted) {
    for (const look of emitters) look();
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}

/** A clock that was set, either way, must not stop the lines. */
const isDue = (emittedAt: number, now: number) => Math.abs(now - emittedAt) >= EMIT_EVERY_MS;

function bridgeEmitter({ outbox, print, clock }: EmitMetrics): () => void {
  const dimension = { name: SERVICE_DIMENSION, value: 'bridge' };
  let emittedAt = Number.NEGATIVE_INFINITY;
  let toldDropped = 0;
  return () => {
    const now = clock.now();
    if (!isDue(emittedAt, now)) return;
    const depth = outbox.depth();
    const values = bridgeMetrics(depth, toldDropped, now);
    print(metricDocument({ at: now, dimension, definitions: BRIDGE_METRICS, values }));
    emittedAt = now;
    toldDropped = depth.dropped;
  };
}

function cameraEmitter(road: MeasuredRoad, { isShut, print, clock, signal }: EmitMetrics): () => void {
  const { camera, state, quiet } = road;
  const startedAt = clock.now();
  const dimension = { name: CAMERA_DIMENSION, value: camera.id };
  let told = { connects: 0, vehiclesWithoutPlate: 0 };
  let emittedAt = Number.NEGATIVE_INFINITY;
  let wasHeard = false;
  let isAsking = false;

  async function answerInTime(): Promise<boolean> {
    const answered = new AbortController();
    const late = clock.sleep(GUARD_ANSWER_MS, AbortSignal.any([signal, answered.signal]));
    const ownWord = () => state.status === 'locked';
    const shut = await Promise.race([isShut(camera.id).catch(ownWord), late.then(ownWord, ownWord)]);
    answered.abort();
    return shut;
  }

  async function emit(): Promise<void> {
    const shut = await answerInTime();
    const now = clock.now();
    const values = cameraMetrics({ road, told, isShut: shut, startedAt, now });
    const words = { stream: state.status, reading: quiet.reading().status };
    print(metricDocument({ at: now, dimension, definitions: CAMERA_METRICS, values, words }));
    told = countsOf(road);
    emittedAt = now;
    wasHeard = state.isHeard;
  }

  return () => {
    if (isAsking || (!isDue(emittedAt, clock.now()) && wasHeard === state.isHeard)) return;
    isAsking = true;
    void emit().finally(() => {
      isAsking = false;
    });
  };
}
