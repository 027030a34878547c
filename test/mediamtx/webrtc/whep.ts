// WHEP's requests and MediaMTX's answers to them (MEDIAMTX.md 2, the tables).
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readCredentials } from '../auth/credentials.ts';
import { type Access, AuthRefused } from '../auth/hook.ts';
import type { Settings } from '../config/config.ts';
import { type Answer, done, failure, type Request } from '../http/front.ts';
import type { Print } from '../log/printer.ts';
import { NoStream } from '../paths/path.ts';
import type { PathManager } from '../paths/path-manager.ts';
import type { Quirks } from '../quirks.ts';
import { readFragment } from './ice-fragment.ts';
import { linkHeaders } from './ice-links.ts';
import { createSession, type WebrtcSession } from './session.ts';

const OUTSIDE = /^\/(.+?)\/(whip|whep)$/;
const INSIDE = /^\/(.+?)\/(whip|whep)\/(.+?)$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const METHODS = 'OPTIONS, GET, POST, PATCH, DELETE';
const ALLOWED_HEADERS = 'Authorization, Content-Type, If-Match';
const ASK = { 'WWW-Authenticate': 'Basic realm="mediamtx"' };

export type WhepDeps = {
  paths: PathManager;
  settings: Settings;
  quirks: Quirks;
  print: Print;
  /** By secret. */
  sessions: Map<string, WebrtcSession>;
};

export async function handleWhep(request: Request, deps: WhepDeps): Promise<Answer | null> {
  const outside = OUTSIDE.exec(request.path);
  if (outside !== null) return handleOutside(request, { path: outside[1] ?? '', kind: outside[2] ?? '' }, deps);
  const inside = INSIDE.exec(request.path);
  if (inside !== null) return handleInside(request, { path: inside[1] ?? '', secret: inside[3] ?? '' }, deps);
  return null;
}

async function handleOutside(
  request: Request,
  at: { path: string; kind: string },
  deps: WhepDeps,
): Promise<Answer | null> {
  const access = accessOf(request, at);
  if (request.method === 'OPTIONS') return discover(access, request, deps);
  if (request.method === 'POST') return at.kind === 'whip' ? publish(access, deps) : watch(access, request, deps);
  return /^(GET|HEAD|PUT)$/.test(request.method) ? failure(405, 'method not allowed') : null;
}

function accessOf(request: Request, { path, kind }: { path: string; kind: string }): Omit<Access, 'id'> {
  return {
    action: kind === 'whip' ? 'publish' : 'read',
    path,
    protocol: 'webrtc',
    credentials: readCredentials(request.headers.authorization),
    ip: request.ip,
    query: request.rawQuery,
    userAgent: request.headers['user-agent'] ?? '',
  };
}

async function discover(
  access: Omit<Access, 'id'>,
  request: Request,
  { paths, settings, quirks, print }: WhepDeps,
): Promise<Answer> {
  try {
    await paths.find({ ...access, id: null });
  } catch (error) {
    if (!(error instanceof AuthRefused)) return failure(500, messageOf(error));
    if (error.askCredentials) return failure(401, 'authentication error', ASK);
    if (quirks.refusesWhepWith400)
      print('INF', `connection ${request.remoteAddress} failed to authenticate: ${error.why}`);
    else print('WAR', `[conn ${request.remoteAddress}] ${error.message}`);
    await delay(quirks.refusalPauseMs());
    return failure(401, quirks.refusesWhepWith400 ? error.message : 'authentication error');
  }
  const exposed = quirks.refusesWhepWith400
    ? { 'Access-Control-Expose-Headers': 'Link' }
    : { 'Access-Control-Expose-Headers': 'Accept-Post, Link', 'Accept-Post': 'application/sdp' };
  const cors = { 'Access-Control-Allow-Methods': METHODS, 'Access-Control-Allow-Headers': ALLOWED_HEADERS };
  return { status: 204, headers: { ...cors, ...exposed, ...linkHeaders(settings) } };
}

async function watch(access: Omit<Access, 'id'>, request: Request, deps: WhepDeps): Promise<Answer> {
  if (contentType(request) !== 'application/sdp') return failure(400, 'invalid Content-Type');
  const sdp = (await request.body()).toString('utf8');
  const { sessions, quirks } = deps;
  const { remoteAddress } = request;
  const onClosed = ({ secret }: WebrtcSession) => void sessions.delete(secret);
  const session = createSession({ ...deps, access, remoteAddress, onClosed });
  sessions.set(session.secret, session);
  try {
    const answer = await session.open(sdp);
    return { status: 201, headers: openedHeaders(session, request, deps), body: answer };
  } catch (error) {
    if (error instanceof AuthRefused && !quirks.refusesWhepWith400) return refuseNewer(error, quirks);
    return failure(error instanceof NoStream ? 404 : 400, messageOf(error));
  }
}

async function refuseNewer(error: AuthRefused, quirks: Quirks): Promise<Answer> {
  if (error.askCredentials) return failure(401, 'authentication error', ASK);
  await delay(quirks.refusalPauseMs());
  return failure(401, 'authentication error');
}

function openedHeaders({ id, path, secret }: WebrtcSession, { rawQuery }: Request, { settings }: WhepDeps) {
  return {
    'Content-Type': 'application/sdp',
    'Access-Control-Expose-Headers': 'ETag, ID, Accept-Patch, Link, Location',
    ETag: '*',
    ID: id,
    'Accept-Patch': 'application/trickle-ice-sdpfrag',
    ...linkHeaders(settings),
    Location: `/${path}/whep/${secret}${rawQuery === '' ? '' : `?${rawQuery}`}`,
  };
}

/** Nothing here can be published to; the hook is asked all the same. */
async function publish(access: Omit<Access, 'id'>, { paths, quirks }: WhepDeps): Promise<Answer> {
  try {
    await paths.find({ ...access, id: randomUUID() });
    return failure(400, `can't publish to path '${access.path}' since 'source' is not 'publisher'`);
  } catch (error) {
    if (error instanceof AuthRefused && !quirks.refusesWhepWith400) return refuseNewer(error, quirks);
    return failure(400, messageOf(error));
  }
}

async function handleInside(
  request: Request,
  at: { path: string; secret: string },
  { sessions }: WhepDeps,
): Promise<Answer | null> {
  if (request.method !== 'PATCH' && request.method !== 'DELETE') return null;
  if (!UUID.test(at.secret)) return failure(400, 'invalid secret');
  if (request.method === 'PATCH' && contentType(request) !== 'application/trickle-ice-sdpfrag') {
    return failure(400, 'invalid Content-Type');
  }
  const fragment = request.method === 'PATCH' ? readFragment((await request.body()).toString('utf8')) : null;
  if (fragment !== null && 'error' in fragment) return failure(400, fragment.error);
  const session = sessions.get(at.secret);
  if (session === undefined || session.path !== at.path) return failure(404, 'session not found');
  if (fragment === null) {
    sessions.delete(at.secret);
    session.close('terminated');
    return done();
  }
  for (const { candidate, mid } of fragment.candidates) session.addCandidate(candidate, mid);
  return { status: 204, headers: { 'Content-Type': 'application/json; charset=utf-8' } };
}

function contentType({ headers }: Request): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const WHEP_PREFLIGHT = { methods: METHODS, headers: ALLOWED_HEADERS };
