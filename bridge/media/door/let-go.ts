// Lets viewers go when their time is over: MediaMTX asks at the start of a session only, so a session would outlive its
// token (MEDIAMTX.md 2).
import type { Clock } from '../../../shared/support/clock.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import type { Audit } from './audit.ts';
import type { HlsViewers } from './hls-viewers.ts';
import { kickOnce } from './kick-once.ts';
import type { MediaUpstream } from './neighbours.ts';
import { webrtcReconciler } from './reconcile-webrtc.ts';
import type { RtspReaders } from './rtsp-readers.ts';
import type { WhepSession, WhepSessions } from './whep-sessions.ts';

const SWEEP_MS = 1_000;
/** How often MediaMTX is asked which WebRTC sessions it has. */
const RECONCILE_MS = 5_000;

type Dependencies = {
  sessions: WhepSessions;
  hlsViewers: HlsViewers;
  rtspReaders: RtspReaders;
  media: MediaUpstream;
  audit: Audit;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** Resolves when `signal` has aborted. */
export async function letGo(dependencies: Dependencies): Promise<void> {
  const { sessions, hlsViewers, rtspReaders, media, audit, clock, log, signal } = dependencies;
  const kick = kickOnce(log);
  const isServing = () => media.state.status === 'running';
  const reconcileWebrtc = oneAtATime(webrtcReconciler({ sessions, media, kick, audit, clock }), log);
  const lookAfterRtsp = oneAtATime(reconcileRtsp, log);
  let reconciledAt = clock.now();

  function end(session: WhepSession): void {
    session.ending = true;
    kick(
      session.upstreamId,
      () => media.api.kickWebrtcSession(session.upstreamId),
      () => {
        sessions.forget(session);
        audit.letGo(session, 'webrtc');
      },
    );
  }

  async function reconcileRtsp(): Promise<void> {
    const { came, left, overdue } = rtspReaders.reconcile(await media.api.rtspSessions(), clock.now());
    for (const reader of came) audit.admitted(reader, 'rtsp');
    for (const reader of left) audit.left(reader, 'rtsp');
    for (const { id, reader } of overdue) {
      kick(
        id,
        () => media.api.kickRtspSession(id),
        () => {
          rtspReaders.forget(id);
          if (reader !== null) audit.letGo(reader, 'rtsp');
        },
      );
    }
  }

  // Nothing here waits for MediaMTX: one slow answer must not keep another viewer in.
  function sweep(now: number): void {
    for (const session of sessions.all()) if (session.ending || session.until <= now) end(session);
    for (const { viewer, reason } of hlsViewers.sweep(now)) {
      if (reason === 'left') audit.left(viewer, 'hls');
      else audit.letGo(viewer, 'hls');
    }
    if (rtspReaders.isActive() && isServing()) lookAfterRtsp();
    if (now - reconciledAt >= RECONCILE_MS && isServing()) {
      reconciledAt = now;
      reconcileWebrtc();
    }
  }

  while (!signal.aborted) {
    await clock.sleep(SWEEP_MS, signal).catch(() => {});
    if (!signal.aborted) sweep(clock.now());
  }
}

function oneAtATime(work: () => Promise<void>, log: Log): () => void {
  let running = false;
  return () => {
    if (running) return;
    running = true;
    work()
      .catch((thrown: unknown) => log.warn('viewers.unknown', { reason: reasonOf(thrown) }))
      .finally(() => {
        running = false;
      });
  };
}
