// WHEP for viewers: POST an offer to open a session; at its Location PATCH candidates, POST a fresh token, or DELETE it.
// Whoever knows a session's id may patch and end it, as in MediaMTX: a page that is being closed can send no header.
import { type Context, Hono } from 'hono';
import type { Clock } from '../../../shared/support/clock.ts';
import { Rejected, reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import type { Viewer } from './admission.ts';
import type { Audit } from './audit.ts';
import type { DoorEnv } from './door-env.ts';
import type { Entrance } from './entrance.ts';
import { methodNotAllowed } from './problem.ts';
import { readBody, requireLength, requireType } from './request.ts';
import type { LeaveSeat, Seats } from './seats.ts';
import type { WhepSession, WhepSessions } from './whep-sessions.ts';
import type { OpenedWhep, WhepUpstream } from './whep-upstream.ts';

const MAX_OFFER_BYTES = 65_536;
const MAX_FRAGMENT_BYTES = 8_192;
const OFFER_TYPE = 'application/sdp';
const FRAGMENT_TYPE = 'application/trickle-ice-sdpfrag';

type Dependencies = {
  entrance: Entrance;
  seats: Seats;
  sessions: WhepSessions;
  upstream: WhepUpstream;
  audit: Audit;
  clock: Clock;
  log: Log;
};

export function whepRoutes({ entrance, seats, sessions, upstream, audit, clock, log }: Dependencies): Hono<DoorEnv> {
  const app = new Hono<DoorEnv>({ strict: false });

  app.post('/whep', async (c) => {
    requireType(c, OFFER_TYPE);
    requireLength(c, MAX_OFFER_BYTES);
    const viewer = await entrance.admit(c, 'webrtc');
    entrance.countStart(c);
    const offer = await readBody(c, MAX_OFFER_BYTES);
    const leave = seats.take(c.get('stream'));
    try {
      await entrance.wake(c, 'webrtc');
      const opened = await upstream.open(c.get('stream'), offer);
      return answerOpened(c, await keep(c, viewer, opened, leave), opened);
    } catch (thrown) {
      leave();
      throw thrown;
    }
  });

  async function keep(c: Context<DoorEnv>, viewer: Viewer, opened: OpenedWhep, leave: LeaveSeat): Promise<WhepSession> {
    const { upstreamId, upstreamSecret } = opened;
    const stream = c.get('stream');
    const session = sessions.add({ ...viewer, stream, upstreamId, upstreamSecret, openedAt: clock.now() }, leave);
    audit.admitted(session, 'webrtc');
    // Opening may take seconds; a viewer that has gone meanwhile will never say so.
    if (c.req.raw.signal.aborted) await close(session);
    return session;
  }

  app.patch('/whep/:session', async (c) => {
    const session = found(c);
    requireType(c, FRAGMENT_TYPE);
    requireLength(c, MAX_FRAGMENT_BYTES);
    const fragment = await readBody(c, MAX_FRAGMENT_BYTES);
    const ifMatch = c.req.header('If-Match');
    const patch = { fragment, ...(ifMatch !== undefined && { ifMatch }) };
    const answer = await upstream.patch(session.stream, session.upstreamSecret, patch);
    if (answer.fragment === null) return c.body(null, 204);
    return c.body(answer.fragment, 200, { ...answer.headers, 'Content-Type': FRAGMENT_TYPE });
  });

  app.post('/whep/:session', async (c) => {
    const session = found(c);
    const viewer = await entrance.admit(c, 'webrtc');
    entrance.countStart(c);
    if (viewer.subject !== session.subject) {
      throw new Rejected('forbidden', 'could not renew the session: it is somebody else’s');
    }
    // Its time may have ended while the token was being verified.
    found(c);
    session.until = Math.max(session.until, viewer.until);
    audit.renewed(session, 'webrtc');
    return c.body(null, 204);
  });

  app.delete('/whep/:session', async (c) => {
    await close(found(c));
    return c.body(null, 200);
  });

  app.options('/whep', (c) => c.body(null, 204, { Allow: 'OPTIONS, POST', 'Accept-Post': OFFER_TYPE }));
  app.options('/whep/:session', (c) => c.body(null, 204, { Allow: 'DELETE, OPTIONS, PATCH, POST' }));
  app.all('/whep', () => {
    throw methodNotAllowed('OPTIONS, POST');
  });
  app.all('/whep/:session', () => {
    throw methodNotAllowed('DELETE, OPTIONS, PATCH, POST');
  });

  function found(c: Context<DoorEnv>): WhepSession {
    const session = sessions.find(c.get('stream'), c.req.param('session') ?? '');
    if (session !== undefined && clock.now() < session.until) return session;
    throw new Rejected('not_found', 'could not find the session: there is none, or it has ended');
  }

  /** What cannot be closed now is ended by the next sweep. */
  async function close(session: WhepSession): Promise<void> {
    session.ending = true;
    try {
      await upstream.close(session.stream, session.upstreamSecret);
      sessions.forget(session);
      audit.left(session, 'webrtc');
    } catch (thrown) {
      log.warn('viewer.close_failed', { stream: session.stream, reason: reasonOf(thrown) });
    }
  }

  return app;
}

function answerOpened(c: Context, session: WhepSession, { answer, headers }: OpenedWhep): Response {
  // Relative, so that it is right below any prefix; it resolves against the URL that was posted to (RFC 3986 5.2.3).
  const posted = new URL(c.req.url).pathname;
  const location = posted.endsWith('/') ? session.id : `whep/${session.id}`;
  return c.body(answer, 201, { ...headers, 'Content-Type': OFFER_TYPE, Location: location });
}
