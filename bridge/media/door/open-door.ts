// The door for viewers: HTTP in front of MediaMTX, behind a TLS proxy that may strip any prefix.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { VerifyToken } from '../../../shared/auth/verify-token.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import type { StreamName } from '../../../shared/video/stream-name.ts';
import { createAdmission } from './admission.ts';
import { createAudit } from './audit.ts';
import { clientAddress } from './client-address.ts';
import { cors } from './cors.ts';
import type { DoorEnv } from './door-env.ts';
import { createEntrance } from './entrance.ts';
import { hlsRoutes } from './hls-routes.ts';
import { createHlsSessions } from './hls-sessions.ts';
import { hlsUpstream } from './hls-upstream.ts';
import { createHlsViewers } from './hls-viewers.ts';
import { keepRoom } from './keep-room.ts';
import { letGo } from './let-go.ts';
import type { MediaUpstream, WakeGate } from './neighbours.ts';
import type { Passes } from './passes.ts';
import { answerProblems } from './problem.ts';
import type { RtspReaders } from './rtsp-readers.ts';
import { createSeats, type SeatLimits } from './seats.ts';
import type { TicketReader } from './ticket-reader.ts';
import { openUpstream } from './upstream.ts';
import { whepRoutes } from './whep-routes.ts';
import { createWhepSessions } from './whep-sessions.ts';
import { whepUpstream } from './whep-upstream.ts';

/** A whole request must be in within this time; a slow drip ends here. */
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** How often Node looks for connections past their deadline. */
const DEADLINE_CHECK_MS = 2_000;
/** Behind a proxy a viewer holds a few; the rest is there for nobody's slow connections to fill at once. */
const MAX_CONNECTIONS = 1_000;
const DEFAULT_SEATS: SeatLimits = { perStream: 60, inAll: 200 };

export type DoorOptions = {
  host: string;
  /** 0 for any free one. */
  port: number;
  streams: readonly StreamName[];
  /** Browser origins whose pages may watch, exactly as the browser sends them. */
  origins: readonly string[];
  /** Addresses whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  seats?: SeatLimits;
  requestTimeoutMs?: number;
  maxConnections?: number;
};

export type DoorDependencies = {
  verifyToken: VerifyToken;
  tickets: TicketReader;
  /** Shared with the hook, as are the RTSP readers. */
  passes: Passes;
  rtspReaders: RtspReaders;
  media: MediaUpstream;
  wake: WakeGate;
  clock: Clock;
  log: Log;
};

export type StreamViewers = { stream: StreamName; webrtc: number; hls: number; rtsp: number };

export type Door = {
  port: number;
  /** How many watch each configured stream. */
  viewers(): StreamViewers[];
  close(): Promise<void>;
};

export async function openDoor(options: DoorOptions, dependencies: DoorDependencies): Promise<Door> {
  const { verifyToken, tickets, passes, rtspReaders, media, wake, clock, log } = dependencies;
  const audit = createAudit({ clock, log });
  const upstream = openUpstream();
  const seats = createSeats(options.seats ?? DEFAULT_SEATS);
  const sessions = createWhepSessions();
  const hlsViewers = createHlsViewers({ seats, passes });
  const entrance = createEntrance({
    admission: createAdmission({ verifyToken, tickets, clock }),
    addressOf: clientAddress(options),
    media,
    wake,
    audit,
    clock,
  });

  const app = new Hono<DoorEnv>({ strict: false });
  app.use(cors(options.origins));
  app.use(async (c, next) => {
    await next();
    // The lane's picture belongs in no cache, and a ticket or session in a URL on nobody else's page.
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'no-referrer');
    c.header('X-Content-Type-Options', 'nosniff');
  });
  answerProblems(app, log);
  app.get('/health', (c) => {
    const { status } = media.state;
    return c.json(
      { status: status === 'running' ? 'ok' : 'unavailable', media: status },
      status === 'running' ? 200 : 503,
    );
  });
  app.use('/:stream/*', async (c, next) => {
    const stream = options.streams.find((configured) => configured === c.req.param('stream'));
    if (stream === undefined) throw new Rejected('not_found', 'could not find a stream of this name');
    c.set('stream', stream);
    await next();
  });
  const whep = whepUpstream({ upstream, media, passes });
  app.route('/:stream', whepRoutes({ entrance, seats, sessions, upstream: whep, audit, clock, log }));
  const askHls = hlsUpstream({ upstream, media });
  const hlsSessions = createHlsSessions({ clock });
  app.route(
    '/:stream',
    hlsRoutes({ entrance, viewers: hlsViewers, sessions: hlsSessions, askHls, wake, audit, clock }),
  );

  const stop = new AbortController();
  const swept = letGo({ sessions, hlsViewers, rtspReaders, media, audit, clock, log, signal: stop.signal });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, options.requestTimeoutMs ?? HEADERS_TIMEOUT_MS),
      connectionsCheckingInterval: DEADLINE_CHECK_MS,
    },
  });
  keepRoom(server, { maxConnections: options.maxConnections ?? MAX_CONNECTIONS, clock, log });
  server.listen(options.port, options.host);
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    viewers() {
      const on = (stream: StreamName, watching: readonly { stream: StreamName }[]) =>
        watching.filter((viewer) => viewer.stream === stream).length;
      return options.streams.map((stream) => ({
        stream,
        webrtc: on(stream, sessions.all()),
        hls: on(stream, hlsViewers.all()),
        rtsp: on(stream, rtspReaders.all()),
      }));
    },
    async close() {
      stop.abort();
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      upstream.close();
      await once(server, 'close');
      await swept;
    },
  };
}
