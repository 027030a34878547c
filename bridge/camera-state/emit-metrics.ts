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
  cameras: readonly CameraId[];
  /** Of the cameras whose stream is held; of the others only the guard is told. */
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
  const { cameras, roads, clock, signal } = deps;
  const pushing = cameras.filter((id) => !roads.some(({ camera }) => camera.id === id));
  const emitters = [
    bridgeEmitter(deps),
    ...roads.map((road) => cameraEmitter(road, deps)),
    ...pushing.map((camera) => pushingEmitter(camera, deps)),
  ];
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

function cameraEmitter(road: MeasuredRoad, deps: EmitMetrics): () => void {
  const { print, clock } = deps;
  const { camera, state, quiet } = road;
  const startedAt = clock.now();
  const dimension = { name: CAMERA_DIMENSION, value: camera.id };
  let told = { connects: 0, vehiclesWithoutPlate: 0 };
  let emittedAt = Number.NEGATIVE_INFINITY;
  let wasHeard = false;

  async function emit(): Promise<void> {
    const shut = await askGuard(camera.id, () => state.status === 'locked', deps);
    const now = clock.now();
    const values = cameraMetrics({ road, told, isShut: shut, startedAt, now });
    const words = { stream: state.status, reading: quiet.reading().status };
    print(metricDocument({ at: now, dimension, definitions: CAMERA_METRICS, values, words }));
    told = countsOf(road);
    emittedAt = now;
    wasHeard = state.isHeard;
  }

  return oneAtATime(emit, () => isDue(emittedAt, clock.now()) || wasHeard !== state.isHeard);
}

/** Of a camera that only pushes: its memory is asked, and so its account may be shut. */
function pushingEmitter(camera: CameraId, deps: EmitMetrics): () => void {
  const { print, clock } = deps;
  const dimension = { name: CAMERA_DIMENSION, value: camera };
  const definitions = { GuardShut: CAMERA_METRICS.GuardShut };
  let emittedAt = Number.NEGATIVE_INFINITY;

  async function emit(): Promise<void> {
    const shut = await askGuard(camera, () => null, deps);
    emittedAt = clock.now();
    if (shut === null) return;
    print(metricDocument({ at: emittedAt, dimension, definitions, values: { GuardShut: Number(shut) } }));
  }

  return oneAtATime(emit, () => isDue(emittedAt, clock.now()));
}

function oneAtATime(emit: () => Promise<void>, isDueNow: () => boolean): () => void {
  let isEmitting = false;
  return () => {
    if (isEmitting || !isDueNow()) return;
    isEmitting = true;
    void emit().finally(() => {
      isEmitting = false;
    });
  };
}

/** Whether the camera's guard is shut; `otherwise` where its row does not say so in time. */
async function askGuard<T>(
  camera: CameraId,
  otherwise: () => T,
  { isShut, clock, signal }: Pick<EmitMetrics, 'isShut' | 'clock' | 'signal'>,
): Promise<boolean | T> {
  const answered = new AbortController();
  const late = clock.sleep(GUARD_ANSWER_MS, AbortSignal.any([signal, answered.signal]));
  const shut = await Promise.race([isShut(camera).catch(otherwise), late.then(otherwise, otherwise)]);
  answered.abort();
  return shut;
}
