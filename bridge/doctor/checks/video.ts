// One of the camera's two streams, as a browser would get it (MEDIAMTX.md 2: H.264 without B-frames).
import { TableAway } from '../../../shared/isapi/guard/table-away.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { GateError, reasonOf } from '../../../shared/support/errors.ts';
import type { StreamKind } from '../../../shared/video/stream-name.ts';
import { probeStream, type StreamFacts } from '../../media/rtsp/probe-stream.ts';
import { failureOf } from '../failure-of.ts';
import { fail, type Outcome, ok, skipped, warn } from '../finding.ts';
import { START_TIMEOUT_MS, type Watched, watchStream } from '../video/watch-stream.ts';
import { isShut } from './guard-state.ts';

const PROBE_LIMIT_MS = 10_000;
export const videoLimitMs = (watchMs: number) => PROBE_LIMIT_MS + START_TIMEOUT_MS + watchMs + 2_000;
/** Below it a lane is a slide show: cameras at a gate are set to 12 or more. */
const FEW_PER_SECOND = 5;
const ITS_PORT = 'GATE_CAMERA_RTSP_PORT forwarded to the camera’s RTSP port';
const IN_BROWSERS = new Set(['OPUS', 'G722', 'PCMU', 'PCMA']);
const PLACE: Record<StreamKind, string> = { main: 'Main Stream', sub: 'Sub Stream' };

/** `watchMs`: how long it is played to count its pictures; 0 plays nothing. */
type VideoDependencies = { clock: Clock; watchMs: number };

export async function checkVideo(opened: OpenedCamera, kind: StreamKind, deps: VideoDependencies): Promise<Outcome> {
  try {
    if ((await opened.guard.state()).shut) return skipped('not asked: the guard of this account is shut');
    return await lookedAt(opened, kind, deps);
  } catch (error) {
    return notSeen(error, kind);
  }
}

async function lookedAt(
  opened: OpenedCamera,
  kind: StreamKind,
  { clock, watchMs }: VideoDependencies,
): Promise<Outcome> {
  try {
    const outcome = judged((await probeStream(opened, kind, { clock })).facts, kind);
    if (outcome.status === 'fail' || watchMs === 0) return outcome;
    return played(outcome, await watchStream(opened, kind, { clock, watchMs }), kind);
  } catch (error) {
    if (!(error instanceof GateError && error.code === 'camera_locked')) throw error;
    const { shut } = await opened.guard.state();
    if (!shut) throw error;
    if (shut.why !== 'bad_login') return isShut(shut);
    return fail(
      `by RTSP the camera refuses this user and password; the guard is shut since ${shut.since}`,
      'set RTSP authentication to "digest" in the camera (Security, Authentication), give the user the right to live view, and then open the guard: POST /api/gate/cameras/<id>/rearm',
    );
  }
}

/** `camera_unreachable` comes after the port took a connection a moment ago. */
function notSeen(error: unknown, kind: StreamKind): Outcome {
  const seen = reasonOf(error);
  if (error instanceof GateError && error.code === 'camera_unreachable') {
    return fail(seen, `is ${ITS_PORT}? If it is, restart the camera`);
  }
  if (error instanceof GateError && error.code === 'camera_busy' && !(error instanceof TableAway)) {
    return fail(seen, 'close its other viewers (a recorder, the camera’s own page), and run doctor again in a minute');
  }
  if (/RTSP answer/.test(seen)) return fail(seen, `something else answers there: is ${ITS_PORT}?`);
  return failureOf(error, `look at ${PLACE[kind]} in the camera: Configuration, Video/Audio`);
}

/** It is described well; whether it comes is another question. */
export function played(described: Outcome, { end, pictures, afterMs, perSecond }: Watched, kind: StreamKind): Outcome {
  const { seen } = described;
  const seconds = `${Math.max(1, Math.round(afterMs / 1000))} s`;
  if (end === 'nothing') {
    return fail(
      `${seen}: the camera plays it, and not one picture came in ${seconds}`,
      'does the camera’s own page show the picture? If not, restart the camera; if so, something between drops the video: run doctor at the gate',
    );
  }
  if (end === 'cut') {
    return fail(
      `${seen}: it was cut off after ${pictures} pictures, ${seconds}`,
      'somebody ends it: too many viewers (close the camera’s page, a recorder), or a router that drops long connections; run doctor at the gate to see which',
    );
  }
  if (end === 'still') {
    return fail(
      `${seen}: it stood still after ${pictures} pictures, ${seconds}`,
      `the uplink carries less than the stream needs: lower its bitrate in the camera: Configuration, Video/Audio, Video, ${PLACE[kind]}`,
    );
  }
  if (perSecond === null) return described;
  const rate = `${seen}; ${Math.round(perSecond)} pictures a second`;
  if (described.status === 'ok' && perSecond < FEW_PER_SECOND) {
    return warn(
      rate,
      `raise Frame Rate to 12 or more in the camera: Configuration, Video/Audio, Video, ${PLACE[kind]}`,
    );
  }
  return { ...described, seen: rate };
}

function judged({ codec, profile, width, height, bFrames, audio }: StreamFacts, kind: StreamKind): Outcome {
  const page = `in the camera: Configuration, Video/Audio, Video, ${PLACE[kind]}`;
  const size = width === null || height === null ? 'size not told' : `${width}x${height}`;
  const name = `${codec}${profile ? ` ${profile}` : ''}`;
  const sound = audio === null ? '' : `, sound ${audio}`;
  const seen = `${name}, ${size}${sound}`;
  if (codec === 'none') return fail('the stream has no video', `set Stream Type to Video Stream, ${page}`);
  if (codec === 'H265')
    return fail(`${seen}: most browsers cannot show it`, `set Video Encoding to H.264 and H.265+ off, ${page}`);
  if (codec === 'other') return fail(`${seen}: no browser shows it`, `set Video Encoding to H.264, ${page}`);
  if (bFrames === 'some')
    return fail(
      `${seen}, with B-frames: browsers’ sessions end at the first`,
      `set Profile to Baseline (or Main) and Smart Codec off, ${page}`,
    );
  if (bFrames === 'unknown')
    return warn(`${seen}; whether it has B-frames is not told`, `set Profile to Baseline, ${page}`);
  if (audio !== null && !IN_BROWSERS.has(audio))
    return warn(`${seen}: the sound will be left out`, `switch the sound off, ${page}`);
  return ok(seen);
}
