// HLS for viewers: the playlist and what it names. A player that sends headers shows its token with each request; one that
// cannot starts with a ticket, and is sent on to a session whose id MediaMTX repeats in every URL of the playlists.
import { Readable } from 'node:stream';
import { type Context, Hono } from 'hono';
import type { Clock } from '../../../shared/support/clock.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import type { Viewer } from './admission.ts';
import type { Audit } from './audit.ts';
import type { DoorEnv } from './door-env.ts';
import type { Entrance } from './entrance.ts';
import type { HlsSessions } from './hls-sessions.ts';
import { type AskHls, HLS_INDEX } from './hls-upstream.ts';
import type { HlsViewer, HlsViewers } from './hls-viewers.ts';
import type { WakeGate } from './neighbours.ts';
import { methodNotAllowed } from './problem.ts';

const MAX_NAME_CHARACTERS = 128;
const FILE = /^[\w.-]+\.(m3u8|mp4|m4s|ts)$/;
/** Low-latency HLS asks for a playlist that does not exist yet, or for what changed (RFC 8216bis 6.2.5). */
const DIRECTIVES = { _HLS_msn: /^\d{1,12}$/, _HLS_part: /^\d{1,6}$/, _HLS_skip: /^(YES|v2)$/ };
const PASSED_ON = { 'content-type': 'Content-Type', 'content-length': 'Content-Length' } as const;

type Dependencies = {
  entrance: Entrance;
  viewers: HlsViewers;
  sessions: HlsSessions;
  askHls: AskHls;
  wake: WakeGate;
  audit: Audit;
  clock: Clock;
};

export function hlsRoutes({ entrance, viewers, sessions, askHls, wake, audit, clock }: Dependencies): Hono<DoorEnv> {
  const app = new Hono<DoorEnv>({ strict: false });

  // Hono answers HEAD by this route too.
  app.get('/:file', async (c) => {
    const file = fileOf(c);
    const query = directives(c);
    const ticket = c.req.query('ticket');
    const session = c.req.query('session');
    const byHeader = c.req.header('Authorization') !== undefined;
    if (!byHeader && session === undefined && ticket !== undefined && file === HLS_INDEX) {
      const viewer = await entrance.admit(c, 'hls');
      entrance.countStart(c);
      return c.body(null, 302, { Location: `${HLS_INDEX}?session=${sessions.start(ticket, c.get('stream'), viewer)}` });
    }
    const { key, who } = byHeader || session === undefined ? await byToken(c) : bySession(c, session);
    if (file === HLS_INDEX) entrance.countStart(c);
    if (!byHeader && session !== undefined && file.endsWith('.m3u8')) query.set('session', session);
    if (file === HLS_INDEX || !wake.mayRead(c.get('stream'))) await entrance.wake(c, 'hls');
    const viewer = watching(c, key, who);
    const { headers, body } = await askHls({ viewer, file, query, signal: c.req.raw.signal });
    const passed: Record<string, string> = {};
    for (const [name, spelled] of Object.entries(PASSED_ON)) {
      const value = headers[name];
      if (typeof value === 'string') passed[spelled] = value;
    }
    if (c.req.raw.method === 'HEAD') {
      body.destroy();
      return c.body(null, 200, passed);
    }
    return c.body(Readable.toWeb(body), 200, passed);
  });
  app.all('/:file', (c) => {
    fileOf(c);
    throw methodNotAllowed('GET, HEAD');
  });

  async function byToken(c: Context<DoorEnv>): Promise<{ key: string; who: Viewer }> {
    const who = await entrance.admit(c, 'hls');
    return { key: `${c.get('stream')}\0token\0${who.subject}`, who };
  }

  function bySession(c: Context<DoorEnv>, id: string): { key: string; who: Viewer } {
    const who = sessions.find(c.get('stream'), id);
    if (who === undefined)
      throw new Rejected('unauthorized', 'could not go on: the session is not known, or has ended');
    return { key: `${c.get('stream')}\0session\0${id}`, who };
  }

  function watching(c: Context<DoorEnv>, key: string, who: Viewer): HlsViewer {
    const { viewer, isNew } = viewers.watching(key, { ...who, stream: c.get('stream'), now: clock.now() });
    if (isNew) audit.admitted(viewer, 'hls');
    return viewer;
  }

  return app;
}

function fileOf(c: Context): string {
  const file = c.req.param('file') ?? '';
  if (file.length <= MAX_NAME_CHARACTERS && FILE.test(file)) return file;
  throw new Rejected('not_found', 'could not find this piece of the stream: it has no such name');
}

/** The directives of the query; whatever else stands there stays here. */
function directives(c: Context): URLSearchParams {
  const found = new URLSearchParams();
  for (const [name, form] of Object.entries(DIRECTIVES)) {
    const value = c.req.query(name);
    if (value === undefined) continue;
    if (!form.test(value)) throw new Rejected('invalid_request', `could not read the request: ${name} is wrong`);
    found.set(name, value);
  }
  return found;
}
