// The door and the hook in front of a stand-in for MediaMTX, with tokens of a local issuer and a clock that is driven.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Right } from '../../../shared/auth/user.ts';
import { tokenVerifier } from '../../../shared/auth/verify-token.ts';
import { mintTicket } from '../../../shared/auth/viewer-ticket.ts';
import { CameraIdSchema } from '../../../shared/detection/detection.ts';
import { drivenClock } from '../../../shared/support/driven-clock.fixture.ts';
import type { GateError } from '../../../shared/support/errors.ts';
import type { LogFields } from '../../../shared/support/log.ts';
import { streamName } from '../../../shared/video/stream-name.ts';
import { openIssuer } from '../../../test/local/issuer.ts';
import { type MediaVersion, openMediaServer } from './media-server.fixture.ts';
import type { WakeGate } from './neighbours.ts';
import { type DoorDependencies, type DoorOptions, openDoor } from './open-door.ts';
import { openHook } from './open-hook.ts';
import { createPasses } from './passes.ts';
import { readerDecision } from './reader-decision.ts';
import { createRtspReaders } from './rtsp-readers.ts';
import { ticketReader } from './ticket-reader.ts';

export const ORIGIN = 'https://freight.example';
export const OFFER = 'v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\ns=-\r\n';
const camera = CameraIdSchema.parse('gate');
export const SUB = streamName(camera, 'sub');
export const MAIN = streamName(camera, 'main');

export type DoorBench = Awaited<ReturnType<typeof openDoorBench>>;
type Changes = { version?: MediaVersion; options?: Partial<DoorOptions>; dependencies?: Partial<DoorDependencies> };

export async function openDoorBench({ version = '1.16.1', options = {}, dependencies = {} }: Changes = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'gate-door-'));
  const issuer = await openIssuer({ folder });
  const clock = drivenClock();
  const logged: { event: string; fields: LogFields }[] = [];
  const note = (event: string, fields: LogFields = {}) => void logged.push({ event, fields });
  const log = { info: note, warn: note, error: note };
  const key = randomBytes(32);
  const tickets = ticketReader({ ticketKey: async () => key, clock, log });
  const passes = createPasses();
  const rtspReaders = createRtspReaders();

  /** The camera's side: every admission is one that it would have heard of. */
  const camera = { contacted: 0, mayRead: true, refusal: null as GateError | null };
  const wake: WakeGate = {
    async admit() {
      camera.contacted += 1;
      if (camera.refusal !== null) throw camera.refusal;
    },
    mayRead: () => camera.mayRead,
  };
  const hook = await openHook({ port: 0 });
  const media = await openMediaServer({ version, hookUrl: hook.url });
  hook.decideBy(readerDecision({ passes, rtspReaders, tickets, wake, clock, log }));
  const door = await openDoor(
    { host: '127.0.0.1', port: 0, streams: [MAIN, SUB], origins: [ORIGIN], trustedProxies: ['127.0.0.1'], ...options },
    {
      verifyToken: tokenVerifier({ ...issuer, rightsClaim: 'scope' }),
      tickets,
      passes,
      rtspReaders,
      media: media.media,
      wake,
      clock,
      log,
      ...dependencies,
    },
  );
  const url = `http://127.0.0.1:${door.port}`;

  function token(changes: { seconds?: number; subject?: string; rights?: readonly Right[]; audience?: string } = {}) {
    const { seconds = 3_600, subject = 'operator-1', rights = ['gate:read'], audience } = changes;
    return issuer.mint({ rights, expiresInSeconds: seconds, subject, ...(audience !== undefined && { audience }) });
  }

  function ticket(changes: { seconds?: number; subject?: string; camera?: string } = {}): string {
    const { seconds = 3_600, subject = 'operator-1', camera: id = 'gate' } = changes;
    const user = { subject, expiresAt: clock.now() + seconds * 1_000 };
    return mintTicket(key, { camera: CameraIdSchema.parse(id), user, now: clock.now() }).text;
  }

  const bearer = (text = token()) => ({ Authorization: `Bearer ${text}` });

  /** Opens a WHEP session, with a fresh token unless told otherwise. */
  function watch(path = '/gate-sub/whep', headers: Record<string, string> = bearer(), body = OFFER): Promise<Response> {
    return fetch(url + path, { method: 'POST', headers: { 'Content-Type': 'application/sdp', ...headers }, body });
  }

  function get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(url + path, { redirect: 'manual', ...init });
  }

  /** Lets the gate's time pass in the steps of its own sleeps, and what each starts finish. */
  async function pass(ms: number): Promise<void> {
    for (const end = clock.now() + ms; clock.now() < end; ) {
      clock.step(end - clock.now());
      for (let turn = 0; turn < 5; turn += 1) await new Promise((next) => setImmediate(next));
    }
  }

  const events = (event: string) => logged.filter((line) => line.event === event).map(({ fields }) => fields);

  async function close(): Promise<void> {
    await door.close();
    await hook.close();
    await media.close();
    await rm(folder, { recursive: true });
  }

  return { door, hook, media, camera, clock, url, logged, events, token, ticket, bearer, watch, get, pass, close, key };
}

/** The code of a problem, with its status. */
export async function refusalOf(response: Response): Promise<[number, unknown]> {
  const body: unknown = await response.json();
  const code: unknown = typeof body === 'object' && body !== null && 'code' in body ? body.code : body;
  return [response.status, code];
}

/** Waits for what comes by itself; the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((next) => setImmediate(next));
}
