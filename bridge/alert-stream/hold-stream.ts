// Keeps one camera's alert stream open for ever: connect, read to its end, back off, again.
import type { CameraId } from '../../shared/detection/detection.ts';
import type { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import type { ByteSource } from '../../shared/isapi/tapped-socket.ts';
import { GateError, reasonOf } from '../../shared/support/errors.ts';
import { BackOff } from './back-off.ts';
import type { StreamStatus } from './camera-state.ts';
import { type KeepEvent, keepEvent } from './keep-event.ts';
import type { PictureBudget } from './picture-budget.ts';
import { readStream, type StreamEnd } from './read-stream.ts';

export const ALERT_STREAM_PATH = '/ISAPI/Event/notification/alertStream';
/** While the guard is shut nothing is sent to the camera; this only asks the guard whether it has opened. */
const ASK_GUARD_EVERY_MS = 5_000;

export type OpenStream = (signal: AbortSignal) => Promise<{ contentType: string; body: ByteSource }>;

export type HoldStream = KeepEvent & {
  camera: CameraId;
  openStream: OpenStream;
  /** Called once a stream is up; what it asks the camera must not hold the stream up. */
  onConnected: (signal: AbortSignal) => void;
  budget: PictureBudget;
  pool: BodyPool;
  deadAfterMs: number;
  /** 0…1, for jitter. */
  random: () => number;
  signal: AbortSignal;
};

export async function holdStream(deps: HoldStream): Promise<void> {
  const { clock, signal, random } = deps;
  const backOff = new BackOff();
  while (!signal.aborted) {
    const started = clock.now();
    const status = await oneStream(deps);
    if (signal.aborted) break;
    const wait = status === 'locked' ? ASK_GUARD_EVERY_MS : backOff.next(clock.now() - started, random());
    await clock.sleep(wait, signal).catch(() => {});
  }
  become(deps, 'stopped', null);
}

async function oneStream(deps: HoldStream): Promise<StreamStatus> {
  try {
    const { contentType, body } = await deps.openStream(deps.signal);
    become(deps, 'connected', null);
    deps.state.connects += 1;
    const connection = new AbortController();
    deps.onConnected(connection.signal);
    const end = await read(deps, contentType, body).finally(() => connection.abort());
    return become(deps, end.reason === 'silent' ? 'silent' : 'closed', sentenceFor(end, deps.deadAfterMs));
  } catch (error) {
    return become(deps, statusOf(error), reasonOf(error));
  }
}

function read(deps: HoldStream, contentType: string, body: ByteSource): Promise<StreamEnd> {
  const { camera, clock, clockOffset, timeZone, budget, pool, deadAfterMs, signal, state } = deps;
  return readStream({
    body,
    contentType,
    arrival: () => ({
      camera,
      source: 'stream',
      receivedAt: clock.now(),
      timeZone: timeZone(),
      clockOffsetMs: clockOffset.ms,
    }),
    onEvent: (event) => keepEvent(event, deps),
    onBytes: () => {
      state.lastByteAt = clock.now();
    },
    budget,
    pool,
    deadAfterMs,
    signal,
  });
}

function become({ state, clock, log, camera }: HoldStream, status: StreamStatus, reason: string | null): StreamStatus {
  if (!state.become(status, reason, clock.now())) return status;
  const fields = { camera, status, ...(reason === null ? {} : { reason }) };
  if (status === 'connected' || status === 'stopped') log.info(`stream.${status}`, fields);
  else log.warn(`stream.${status}`, fields);
  return status;
}

function sentenceFor({ reason, detail, bytes }: StreamEnd, deadAfterMs: number): string {
  if (reason === 'silent') return `no byte for ${deadAfterMs / 1000} s: the connection is taken for dead`;
  if (reason === 'closed') return `the camera closed the stream after ${bytes} bytes`;
  return `the stream broke after ${bytes} bytes${detail ? `: ${detail}` : ''}`;
}

function statusOf(error: unknown): StreamStatus {
  const code = error instanceof GateError ? error.code : 'camera_unreachable';
  if (code === 'camera_locked') return 'locked';
  return code === 'camera_unreachable' ? 'unreachable' : 'refused';
}
