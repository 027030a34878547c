// Compares the door's WHEP sessions with MediaMTX's own: a viewer that vanished is forgotten, a session that came around
// the door is ended.
import type { Clock } from '../../../shared/support/clock.ts';
import type { Audit } from './audit.ts';
import type { KickOnce } from './kick-once.ts';
import type { MediaUpstream } from './neighbours.ts';
import type { WhepSessions } from './whep-sessions.ts';

/** One that MediaMTX lists and the door does not know is being opened, but never for longer than this. */
const STRANGER_MS = 30_000;

type Dependencies = { sessions: WhepSessions; media: MediaUpstream; kick: KickOnce; audit: Audit; clock: Clock };

/** Throws Busy when MediaMTX does not answer. */
export function webrtcReconciler({ sessions, media, kick, audit, clock }: Dependencies): () => Promise<void> {
  const strangers = new Map<string, number>();

  return async () => {
    const askedAt = clock.now();
    const listed = new Set((await media.api.webrtcSessions()).map(({ id }) => id));
    for (const session of sessions.all()) {
      if (listed.has(session.upstreamId) || session.openedAt >= askedAt) continue;
      sessions.forget(session);
      audit.left(session, 'webrtc');
    }
    const ours = new Set(sessions.all().map(({ upstreamId }) => upstreamId));
    for (const id of strangers.keys()) if (!listed.has(id) || ours.has(id)) strangers.delete(id);
    for (const id of listed) {
      if (ours.has(id)) continue;
      const since = strangers.get(id) ?? askedAt;
      strangers.set(id, since);
      if (askedAt - since < STRANGER_MS) continue;
      kick(
        id,
        () => media.api.kickWebrtcSession(id),
        () => strangers.delete(id),
      );
    }
  };
}
