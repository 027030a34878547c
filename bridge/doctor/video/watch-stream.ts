// Plays one of the camera's streams and counts what comes: a camera may describe what it does not send, and a line may
// carry answers and no pictures.
import type { Pass, Verdict } from '../../../shared/isapi/guard/guard.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { Busy, type GateError, Rejected } from '../../../shared/support/errors.ts';
import type { StreamKind } from '../../../shared/video/stream-name.ts';
import { connectRtsp, type RtspConnection } from '../../media/rtsp/rtsp-connection.ts';
import type { RtspResponse } from '../../media/rtsp/rtsp-response.ts';
import { rtspUrl } from '../../media/rtsp/rtsp-url.ts';
import { answersBetweenMedia } from './interleaved.ts';
import { countPictures, type PictureCount } from './picture-count.ts';
import { rtspLogin } from './rtsp-login.ts';
import { videoControl } from './video-control.ts';

/** Its turn at the guard, the connection, and every answer up to PLAY's. */
export const START_TIMEOUT_MS = 5_000;
/** Longer than any camera's pause between two pictures. */
const STANDS_STILL_AFTER_MS = 2_000;
const TRANSPORT = 'RTP/AVP/TCP;unicast;interleaved=0-1';
const SESSION = /^[\w$.+-]{1,128}/;

/** `cut`: the connection ended; `still`: pictures came and stopped. `perSecond` is null for fewer than two. */
export type Watched = {
  end: 'watched' | 'cut' | 'still' | 'nothing';
  pictures: number;
  afterMs: number;
  perSecond: number | null;
};

type WatchDependencies = { clock: Clock; watchMs: number };

/**
 * One login, through the guard of `opened`; the pictures are counted outside of it.
 * @throws Busy `camera_locked`, `camera_unreachable`, `camera_busy`; Rejected `camera_refused`
 */
export async function watchStream(
  { camera, guard }: OpenedCamera,
  kind: StreamKind,
  { clock, watchMs }: WatchDependencies,
): Promise<Watched> {
  const until = clock.now() + START_TIMEOUT_MS;
  const count = countPictures(() => clock.now());

  async function attempt(pass: Pass): Promise<Verdict<RtspConnection>> {
    const onPacket = (channel: number, bytes: Buffer) => {
      if (channel % 2 === 0) count.hear(bytes);
    };
    const connection = connectRtsp(camera, { read: answersBetweenMedia(onPacket) });
    const late = new AbortController();
    clock.sleep(Math.max(1, until - clock.now()), late.signal).then(
      () => connection.close(),
      () => {},
    );
    try {
      const ask = rtspLogin({ connection, pass, allowBasic: camera.allowBasic });
      const verdict = await start(ask);
      if (verdict.kind === 'answered') return { ...verdict, value: connection };
      connection.close();
      return verdict;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      late.abort();
    }
  }

  async function start(ask: ReturnType<typeof rtspLogin>): Promise<Verdict<RtspResponse>> {
    const url = rtspUrl(camera, kind);
    const described = await ask({ method: 'DESCRIBE', url, headers: { Accept: 'application/sdp' } });
    if (described.kind === 'refused') return described;
    const description = accepted(described.value, 'DESCRIBE').body.toString('utf8');
    const control = videoControl(description, camera, kind);
    const setUp = await ask({ method: 'SETUP', url: control, headers: { Transport: TRANSPORT } });
    if (setUp.kind === 'refused') return setUp;
    const [session = ''] = SESSION.exec(accepted(setUp.value, 'SETUP').headers.get('session') ?? '') ?? [];
    const played = await ask({ method: 'PLAY', url: `${url}/`, headers: { Session: session, Range: 'npt=0.000-' } });
    if (played.kind === 'answered') accepted(played.value, 'PLAY');
    return played;
  }

  const connection = await guard.pass({ until }, attempt);
  const begunAt = clock.now();
  await clock.sleep(watchMs, connection.ended).catch(() => {});
  const isCut = connection.ended.aborted;
  connection.close();
  return watched(count, { isCut, begunAt, now: clock.now() });
}

/** `count` as it stands when the watching ends. */
export function watched(count: PictureCount, at: { isCut: boolean; begunAt: number; now: number }): Watched {
  const { pictures, firstAt, lastAt } = count;
  const isStill = lastAt !== null && at.now - lastAt > STANDS_STILL_AFTER_MS;
  const end = at.isCut ? 'cut' : pictures === 0 ? 'nothing' : isStill ? 'still' : 'watched';
  const spanMs = firstAt === null || lastAt === null ? 0 : lastAt - firstAt;
  const perSecond = pictures > 1 && spanMs > 0 ? ((pictures - 1) * 1000) / spanMs : null;
  return { end, pictures, afterMs: (isStill ? lastAt : at.now) - at.begunAt, perSecond };
}

function accepted(response: RtspResponse, method: string): RtspResponse {
  if (response.status === 200) return response;
  throw refusalOf(response.status, method);
}

function refusalOf(status: number, method: string): GateError {
  if (status === 453 || status === 503) {
    return new Busy('camera_busy', `could not play: the camera answered ${status} to ${method}, it is full`);
  }
  const why = status === 461 ? 'it does not send over TCP' : `it answered ${status} to ${method}`;
  return new Rejected('camera_refused', `could not play the camera's video: ${why}`);
}
