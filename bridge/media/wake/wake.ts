// When a path may wake. MediaMTX knows a camera's password only after the camera has let it in, for as long as that is
// fresh or the stream plays; so no login is sent that may be a bad one, however many players knock (MEDIAMTX.md 4).
import type { OpenedCamera, OpenedCameras } from '../../../shared/isapi/open-camera.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { Busy, Rejected, reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import { STREAM_KINDS, type StreamKind, type StreamName, streamName } from '../../../shared/video/stream-name.ts';
import type { MediaServer } from '../mediamtx/media-server.ts';
import type { ProvenStream, StreamFacts } from '../rtsp/probe-stream.ts';
import { rtspPath } from '../rtsp/rtsp-url.ts';
import { codecRefusal, type Wanted } from './codec-refusal.ts';
import { followLines } from './follow-lines.ts';
import { type StreamView, streamView } from './stream-view.ts';
import { watchPaths } from './watch-paths.ts';
import { WatchedStream } from './watched-stream.ts';
import { createWithdrawal } from './withdrawal.ts';

export type Probe = (opened: OpenedCamera, kind: StreamKind, deps: { signal: AbortSignal }) => Promise<ProvenStream>;

export interface Wake {
  /**
   * Resolves when a reader of this stream may be sent to MediaMTX: it plays, or its login was proven within 30 s. One
   * probe for all who wait. `wanted` decides which codecs are fine.
   * @throws Busy `camera_locked`, `camera_unreachable`, `camera_busy`
   * @throws Rejected `camera_refused`, `not_supported` (codec), `not_found`
   */
  admit(stream: StreamName, wanted: Wanted, signal?: AbortSignal): Promise<void>;
  /** From memory: may a reader reach this path now without an unproven login being sent? */
  mayRead(stream: StreamName): boolean;
  /** Why a stream cannot be watched now, in a sentence, and what it is made of. */
  view(stream: StreamName): { facts: StreamFacts | null; reason: string | null; code: string | null };
  /** Every stream of every camera, as it was at the last look. */
  streams(): StreamView[];
  /** Resolves after the signal, when no login is under way. */
  done: Promise<void>;
}

export type WakeDependencies = {
  cameras: OpenedCameras;
  server: Pick<MediaServer, 'api' | 'onLine' | 'state'>;
  probe: Probe;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

export function createWake({ cameras, server, probe, clock, log, signal }: WakeDependencies): Wake {
  const { api } = server;
  const watched = new Map<StreamName, WatchedStream>();
  for (const opened of cameras.values()) {
    for (const kind of STREAM_KINDS) {
      const stream = streamName(opened.camera.id, kind);
      watched.set(stream, new WatchedStream(stream, kind, opened));
    }
  }
  const all = [...watched.values()];
  const withdrawal = createWithdrawal({ all, api, clock, log });
  const paths = watchPaths({ all, api, withdrawal, reopen, clock, log, signal });
  server.onLine(followLines({ watched, withdrawal, log }));
  const underWay = new Map<WatchedStream, Promise<boolean>>();

  /** Resolves with whether it plays, when not with a fresh proof. */
  async function rouse(target: WatchedStream): Promise<boolean> {
    const { stream, kind, opened } = target;
    const state = await api.path(stream);
    if (state?.ready && !target.path?.isCondemned) {
      target.seen = state;
      return true;
    }
    const known = target.proof(clock.now());
    if (known !== null && (await isStillGood(opened, known))) return false;
    const failure = target.failure(clock.now());
    if (failure !== null) throw failure;
    const { generation } = target;
    try {
      const proven = await probe(opened, kind, { signal });
      if (generation !== target.generation) throw refusedMeanwhile(stream);
      target.prove(proven, clock.now());
      const { codec, profile, width, height, bFrames } = proven.facts;
      log.info('video.proven', { stream, codec, profile, width, height, bFrames });
    } catch (error) {
      target.failed(error, clock.now());
      throw error;
    }
    return false;
  }

  /** All who wait for a stream wait for one and the same attempt. */
  function rouseOnce(target: WatchedStream): Promise<boolean> {
    const known = underWay.get(target);
    if (known !== undefined) return known;
    const attempt = rouse(target).finally(() => underWay.delete(target));
    underWay.set(target, attempt);
    // Those who waited may all have left.
    attempt.catch(() => {});
    return attempt;
  }

  /** In MediaMTX with the password that was just proven. */
  function putIn(target: WatchedStream): Promise<void> {
    return target.inTurn(async () => {
      const proven = target.proof(clock.now());
      // Taken back while this one waited for its turn.
      if (proven === null) throw refusedMeanwhile(target.stream);
      const { user, password, passwordVersion } = proven.account;
      const isThere = target.path?.passwordVersion === passwordVersion && !target.path.isCondemned;
      if (isThere && (await api.path(target.stream)) !== null) return;
      const { host, rtspPort } = target.opened.camera;
      await api.addPath(target.stream, { host, rtspPort, rtspPath: rtspPath(target.kind), user, password });
      target.path = { passwordVersion, isCondemned: false };
      paths.begin();
    });
  }

  /** After a stand-still: whoever comes back finds it ready to wake. */
  async function reopen(target: WatchedStream): Promise<void> {
    try {
      if (!(await rouseOnce(target))) await putIn(target);
    } catch (error) {
      log.warn('video.not_reopened', { stream: target.stream, reason: reasonOf(error) });
    }
  }

  return {
    async admit(stream, wanted, viewer) {
      const target = watched.get(stream);
      if (target === undefined) throw new Rejected('not_found', `could not show ${stream}: there is no such stream`);
      const admitted = (async () => {
        const plays = await rouseOnce(target);
        const refusal = codecRefusal(target, wanted);
        if (refusal !== null) throw refusal;
        if (!plays) await putIn(target);
      })();
      await orLeft(admitted, viewer);
    },
    mayRead(stream) {
      const target = watched.get(stream);
      if (target === undefined || server.state.status !== 'running') return false;
      return target.seen?.ready === true || target.proof(clock.now()) !== null;
    },
    view(stream) {
      const target = watched.get(stream);
      if (target === undefined) return { facts: null, reason: null, code: null };
      const { facts, reason, code } = streamView(target);
      return { facts, reason, code };
    },
    streams: () => all.map(streamView),
    done: paths.done.then(async () => {
      await Promise.allSettled([...underWay.values(), withdrawal.settled()]);
    }),
  };
}

/** Between proof and use the guard may have been shut by another request, or the password replaced. */
async function isStillGood({ guard }: OpenedCamera, { account }: ProvenStream): Promise<boolean> {
  const { shut, passwordVersion } = await guard.state();
  return shut === null && passwordVersion === account.passwordVersion;
}

function refusedMeanwhile(stream: StreamName): Busy {
  return new Busy('camera_locked', `could not show ${stream}: the camera has refused a login in the meantime`);
}

/** The attempt goes on for the others. */
async function orLeft(attempt: Promise<void>, viewer: AbortSignal | undefined): Promise<void> {
  if (viewer === undefined) return attempt;
  const left = Promise.withResolvers<never>();
  const leave = () => left.reject(new Busy('camera_busy', 'could not show the stream: the viewer went away'));
  if (viewer.aborted) leave();
  viewer.addEventListener('abort', leave, { once: true });
  attempt.catch(() => {});
  await Promise.race([attempt, left.promise]).finally(() => viewer.removeEventListener('abort', leave));
}
