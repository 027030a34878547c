// The alert stream: by the bridge's word where a bridge is there, else opened for as long as a heartbeat takes.
import type { IncomingMessage } from 'node:http';
import { readAlert } from '../../../shared/isapi/alert/alert.ts';
import type { CameraClient } from '../../../shared/isapi/client.ts';
import { kindOf } from '../../../shared/isapi/multipart/part-body.ts';
import { MultipartReader } from '../../../shared/isapi/multipart/reader.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { GateError, reasonOf } from '../../../shared/support/errors.ts';
import { ALERT_STREAM_PATH } from '../../alert-stream/hold-stream.ts';
import type { BridgeWord } from '../bridge-word.ts';
import { failureOf } from '../failure-of.ts';
import { fail, type Outcome, ok, skipped, warn } from '../finding.ts';

const HEADERS_TIMEOUT_MS = 10_000;
/** A heartbeat comes every 10 s (ISAPI.md 3.4); any event shows as well that the stream speaks. */
const HEARTBEAT_WAIT_MS = 13_000;
export const STREAM_LIMIT_MS = HEADERS_TIMEOUT_MS + HEARTBEAT_WAIT_MS + 10_000;
const RECENT_HEARTBEAT_MS = 60_000;
const WEDGED = 'the camera takes streams and says nothing: restart it';

type StreamDependencies = {
  client: CameraClient;
  word: () => Promise<BridgeWord | null>;
  /** Whether the camera let us in: without that no stream is opened. */
  isLetIn: boolean;
  /** Tests need not wait as long as people. */
  heartbeatWaitMs?: number;
  clock: Clock;
};

export async function checkStream(deps: StreamDependencies): Promise<Outcome> {
  let word: BridgeWord | null;
  try {
    word = await deps.word();
  } catch (error) {
    return skipped(`neither opened nor asked after: ${reasonOf(error)}`);
  }
  if (word) return byWord(word, deps.clock.now());
  if (!deps.isLetIn) return skipped('not tried: login comes first, and no bridge tells of it');
  return opened(deps);
}

const CHANGES: Record<Exclude<BridgeWord['status'], 'connected'>, string> = {
  connecting: 'run doctor again in a minute',
  closing: 'plates come all the same; look for a newer firmware',
  closed: 'the bridge opens it again by itself; run doctor again in a minute',
  silent: WEDGED,
  slot_held: 'wait two minutes; if it stays so, look for the other client of the camera',
  unreachable: 'look at the first lines: the bridge cannot reach the camera',
  refused: 'find the other client that holds the camera’s streams (a recorder, a second bridge)',
  locked: 'see guard',
  off: 'start the bridge',
};

function byWord({ from, status, reason, lastHeartbeatAt, reading }: BridgeWord, now: number): Outcome {
  const beatAgo = lastHeartbeatAt === null ? null : now - Date.parse(lastHeartbeatAt);
  const beat =
    beatAgo === null ? 'no heartbeat yet' : `last heartbeat ${Math.max(0, Math.round(beatAgo / 1000))} s ago`;
  const seen = `the bridge (${from}): ${status}, ${beat}${reason ? `, ${reason}` : ''}`;
  // A bridge that has stopped gives no reason; one that was told to hold none does.
  if (status === 'off' && reason !== null) {
    return warn(
      `${seen}; plates come only as the camera pushes them`,
      'nothing to change where it pushes to us (see notification-hosts and pictures); else set GATE_STREAM=on, and its stream on in GATE_CAMERAS',
    );
  }
  if (status !== 'connected') {
    const isPassing = status === 'connecting' || status === 'closing';
    return (isPassing ? warn : fail)(seen, CHANGES[status]);
  }
  if (reading?.status === 'reads_missing') {
    return fail(
      `${seen}; ${reading.reason ?? 'vehicles without plates'}`,
      'see firmware and anpr: it tells of vehicles and of no plate',
    );
  }
  if (reading?.status === 'quiet_suspicious') {
    return warn(
      `${seen}; ${reading.reason ?? 'unusually quiet'}`,
      'look at a snapshot: a dirty window, a lens left zoomed in, a truck in view',
    );
  }
  if (beatAgo === null || beatAgo > RECENT_HEARTBEAT_MS) {
    return warn(seen, 'without heartbeats an empty lane looks like a dead camera');
  }
  return ok(seen);
}

async function opened({ client, clock, heartbeatWaitMs = HEARTBEAT_WAIT_MS }: StreamDependencies): Promise<Outcome> {
  const stop = new AbortController();
  try {
    const stream = await client.openStream({
      path: ALERT_STREAM_PATH,
      signal: stop.signal,
      headerTimeoutMs: HEADERS_TIMEOUT_MS,
    });
    const timer = clock.sleep(heartbeatWaitMs, stop.signal).then(() => stop.abort());
    timer.catch(() => {});
    const heard = await firstEvent(stream);
    const note = 'the camera may hold this stream’s place for two minutes';
    if (heard === 'heartbeat') return ok(`opened, and its heart beats; ${note}`);
    if (heard === 'event') return ok(`opened, and it tells of events; ${note}`);
    if (heard === 'bytes')
      return warn('opened; what comes cannot be read as events', 'is this the ISAPI port of the camera?');
    return fail(`opened, and nothing came within ${heartbeatWaitMs / 1000} s`, WEDGED);
  } catch (error) {
    if (error instanceof GateError && error.code === 'camera_busy') {
      return fail(
        `${reasonOf(error)}; no bridge says that it holds one`,
        'find who does (a recorder, a bridge elsewhere): another client, or a stream that ended less than two minutes ago',
      );
    }
    return failureOf(error, 'is "Notify Surveillance Center" allowed for this account?');
  } finally {
    stop.abort();
  }
}

type Heard = 'heartbeat' | 'event' | 'bytes' | 'nothing';

/** Ends with the first whole event, or with the stream. */
async function firstEvent(stream: IncomingMessage): Promise<Heard> {
  const reader = new MultipartReader(stream.headers['content-type'] ?? '');
  let heard: Heard = 'nothing';
  try {
    for await (const chunk of stream) {
      heard = 'bytes';
      for (const output of reader.push(chunk)) {
        const event = output.type === 'part' && kindOf(output.body) !== 'picture' ? eventIn(output.body) : null;
        if (event) return event;
      }
    }
  } catch {
    // Ended by our own patience, or by the camera: what was heard is what counts.
  }
  return heard;
}

function eventIn(body: Buffer): 'heartbeat' | 'event' | null {
  try {
    return readAlert(body).kind === 'heartbeat' ? 'heartbeat' : 'event';
  } catch {
    return null;
  }
}
