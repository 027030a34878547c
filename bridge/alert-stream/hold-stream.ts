// Keeps one camera's alert stream open for ever: connect, read to its end, back off, again.
import type { CameraId } from '../../shared/detection/detection.ts';
import type { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import type { ByteSource } from '../../shared/isapi/tapped-socket.ts';
import { BackOff } from './back-off.ts';
import type { StreamStatus } from './camera-state.ts';
import { type KeepEvent, keepEvent } from './keep-event.ts';
import type { PictureBudget } from './picture-budget.ts';
import { readStream, type StreamEnd } from './read-stream.ts';
import { type Called, StreamEnds } from './stream-ends.ts';

export const ALERT_STREAM_PATH = '/ISAPI/Event/notification/alertStream';
/** While the guard is shut nothing is sent to the camera; this only asks the guard whether it has opened. */
const ASK_GUARD_EVERY_MS = 5_000;
/** What is over all of a sudden, and where asking sooner is harmless: a held slot (ISAPI.md 3.5), a table that is away. */
const SOON_OVER = new Set<StreamStatus>(['slot_held', 'connecting']);
const ASK_SOON_EVERY_MS = 10_000;
/** What a camera kept for a stream it tells by then. */
const REPLAYED_WITHIN_MS = 60_000;
/** Only a byte makes these better: a camera that takes the request and says nothing has done so before. */
const UNTIL_A_BYTE = new Set<StreamStatus>(['silent', 'closed', 'closing']);

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

/** How one attempt went. `healthyMs`: from its opening to its last byte. */
type Attempt = Called & { healthyMs: number };

export async function holdStream(deps: HoldStream): Promise<void> {
  const { clock, signal, random } = deps;
  const backOff = new BackOff();
  const ends = new StreamEnds(clock.now());
  while (!signal.aborted) {
    const { status, reason, healthyMs } = await oneStream(deps, ends);
    if (signal.aborted) break;
    become(deps, status, reason);
    const wait = status === 'locked' ? ASK_GUARD_EVERY_MS : backOff.next(healthyMs, random());
    await clock.sleep(SOON_OVER.has(status) ? Math.min(wait, ASK_SOON_EVERY_MS) : wait, signal).catch(() => {});
  }
  become(deps, 'stopped', null);
}

async function oneStream(deps: HoldStream, ends: StreamEnds): Promise<Attempt> {
  const { clock, state, deadAfterMs } = deps;
  let healthyMs = 0;
  try {
    const { contentType, body } = await deps.openStream(deps.signal);
    const openedAt = clock.now();
    state.connects += 1;
    if (!UNTIL_A_BYTE.has(state.status)) become(deps, 'connecting', null);
    const connection = new AbortController();
    deps.onConnected(connection.signal);
    const onBytes = () => {
      const now = clock.now();
      state.lastByteAt = now;
      healthyMs = now - openedAt;
      const isFirst = state.upSince === null;
      if (isFirst) state.upSince = now;
      if (ends.outlives(healthyMs) || isFirst) become(deps, ends.habit === null ? 'connected' : 'closing', ends.habit);
    };
    const end = await read(deps, { contentType, body, onBytes }).finally(() => {
      connection.abort();
      state.upSince = null;
    });
    const now = clock.now();
    const livedMs = now - openedAt;
    return { ...ends.ended({ end, livedMs, deadAfterMs, beats: state.heartbeats > 0 }, now), healthyMs };
  } catch (error) {
    return { ...ends.failed(error, clock.now()), healthyMs };
  }
}

type OpenedStream = { contentType: string; body: ByteSource; onBytes: () => void };

function read(deps: HoldStream, { contentType, body, onBytes }: OpenedStream): Promise<StreamEnd> {
  const { camera, clock, clockOffset, timeZone, budget, pool, deadAfterMs, signal, state } = deps;
  const hasJustComeUp = () => clock.now() - (state.upSince ?? clock.now()) < REPLAYED_WITHIN_MS;
  return readStream({
    body,
    contentType,
    arrival: () => ({
      camera,
      source: 'stream',
      receivedAt: clock.now(),
      timeZone: timeZone(),
      clockOffsetMs: clockOffset.ms,
      comes: !clockOffset.isUpToDate ? 'later' : hasJustComeUp() ? 'late_perhaps' : 'at_once',
    }),
    onEvent: (event) => keepEvent(event, deps),
    onBytes,
    budget,
    pool,
    deadAfterMs,
    signal,
  });
}

function become({ state, clock, log, camera }: HoldStream, status: StreamStatus, reason: string | null): void {
  if (!state.become(status, reason, clock.now())) return;
  const fields = { camera, status, ...(reason === null ? {} : { reason }) };
  if (status === 'connected' || status === 'stopped') log.info(`stream.${status}`, fields);
  else if (status !== 'connecting' || reason !== null) log.warn(`stream.${status}`, fields);
}
