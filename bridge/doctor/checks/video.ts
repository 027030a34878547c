// One of the camera's two streams, as a browser would get it (MEDIAMTX.md 2: H.264 without B-frames).
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { GateError, reasonOf } from '../../../shared/support/errors.ts';
import type { StreamKind } from '../../../shared/video/stream-name.ts';
import { probeStream, type StreamFacts } from '../../media/rtsp/probe-stream.ts';
import { failureOf } from '../failure-of.ts';
import { fail, type Outcome, ok, skipped, warn } from '../finding.ts';

export const VIDEO_LIMIT_MS = 10_000;
const IN_BROWSERS = new Set(['OPUS', 'G722', 'PCMU', 'PCMA']);
const PLACE: Record<StreamKind, string> = { main: 'Main Stream', sub: 'Sub Stream' };

export async function checkVideo(opened: OpenedCamera, kind: StreamKind, clock: Clock): Promise<Outcome> {
  const { guard } = opened;
  try {
    if ((await guard.state()).shut) return skipped('not asked: the guard of this account is shut');
    return judged((await probeStream(opened, kind, { clock })).facts, kind);
  } catch (error) {
    if (error instanceof GateError && error.code === 'camera_locked' && (await guard.state()).shut) {
      return fail(
        `${reasonOf(error)}: by RTSP this user and password are refused`,
        'set RTSP authentication to "digest" in the camera (Security, Authentication), and give the user the right to live view',
      );
    }
    return failureOf(error, `look at ${PLACE[kind]} in the camera: Configuration, Video/Audio`);
  }
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
