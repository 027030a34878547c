// MediaMTX's control API (MEDIAMTX.md 5). Its answers about configured paths hold the camera's password in clear, so no
// answer is ever quoted: errors say the status and nothing else.
import * as z from 'zod';
import type { Clock } from '../../../shared/support/clock.ts';
import { Broken, Busy } from '../../../shared/support/errors.ts';
import type { Secret } from '../../../shared/support/secret.ts';
import { type StreamName, StreamNameSchema } from '../../../shared/video/stream-name.ts';
import { pathBody } from './path-body.ts';

const TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** A changed path is answered for at once and in force a moment later; so long that moment may be. */
const IN_FORCE_TIMEOUT_MS = 3_000;
const IN_FORCE_POLL_MS = 10;
const PAGE_ITEMS = 100;
const MAX_PAGES = 20;

export type PathSource = { host: string; rtspPort: number; rtspPath: string; user: string; password: Secret };

export type PathState = {
  stream: StreamName;
  ready: boolean;
  /** Codec names: `H264`, `G711`. */
  tracks: string[];
  bytesReceived: number;
  bytesSent: number;
  /** `type`: `webRTCSession`, `hlsMuxer` or, from 1.18 on, `hlsSession`, `rtspSession`. */
  readers: { type: string; id: string }[];
};

/**
 * All throw Busy `camera_busy` when MediaMTX does not answer in time, Broken when it answers something else than it
 * should.
 */
export interface MediaApi {
  info(): Promise<{ version: string }>;
  /** Adds or replaces; resolves when the path is in force. Readers of a replaced path are dropped. */
  addPath(stream: StreamName, source: PathSource): Promise<void>;
  /** Absent is fine; resolves when it is out of force. Its readers are dropped, and those who wait for it refused. */
  removePath(stream: StreamName): Promise<void>;
  path(stream: StreamName): Promise<PathState | null>;
  paths(): Promise<PathState[]>;
  webrtcSessions(): Promise<{ id: string; path: string; bytesSent: number }[]>;
  /** Absent is fine. */
  kickWebrtcSession(id: string): Promise<void>;
  rtspSessions(): Promise<{ id: string; path: string }[]>;
  /** Absent is fine. */
  kickRtspSession(id: string): Promise<void>;
}

const Count = z.number().nonnegative();
/** `online` is true of an idle path too (MEDIAMTX.md 5): `ready` tells. */
const PathSchema = z.object({
  name: z.string(),
  ready: z.boolean(),
  tracks: z.array(z.string()).nullish(),
  bytesReceived: Count,
  bytesSent: Count,
  readers: z.array(z.object({ type: z.string(), id: z.string().default('') })).nullish(),
});
const InfoSchema = z.object({ version: z.string() });
const WebrtcSessionSchema = z.object({ id: z.string(), path: z.string(), bytesSent: Count });
const RtspSessionSchema = z.object({ id: z.string(), path: z.string() });
const pageOf = <T extends z.ZodType>(item: T) => z.object({ pageCount: Count, items: z.array(item).nullish() });

type Answer = { status: number; body: unknown };

type MediaApiOptions = { baseUrl: string; clock: Clock; timeoutMs?: number };

export function mediaApi({ baseUrl, clock, timeoutMs = TIMEOUT_MS }: MediaApiOptions): MediaApi {
  async function ask(what: string, method: string, path: string, body?: unknown): Promise<Answer> {
    try {
      const response = await fetch(`${baseUrl}/v3/${path}`, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      });
      return { status: response.status, body: await jsonOf(response) };
    } catch (cause) {
      // The cause is not quoted either: Node's own words about an address that refuses are its address alone.
      throw new Busy('camera_busy', `could not ${what}: MediaMTX does not answer`, { cause });
    }
  }

  function refused(what: string, { status }: Answer): Broken {
    return new Broken('internal', `could not ${what}: MediaMTX answered ${status}`);
  }

  function parsed<T extends z.ZodType>(schema: T, what: string, answer: Answer): z.infer<T> {
    if (answer.status !== 200) throw refused(what, answer);
    const result = schema.safeParse(answer.body);
    if (result.success) return result.data;
    const where = result.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new Broken('internal', `could not ${what}: MediaMTX answered in an unknown form (${where})`);
  }

  async function list<T extends z.ZodType>(schema: T, what: string, kind: string): Promise<z.infer<T>[]> {
    const items: z.infer<T>[] = [];
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await ask(what, 'GET', `${kind}/list?itemsPerPage=${PAGE_ITEMS}&page=${page}`);
      const { items: some, pageCount } = parsed(pageOf(schema), what, answer);
      items.push(...(some ?? []));
      if (page + 1 >= pageCount) break;
    }
    return items;
  }

  async function kick(what: string, kind: string, id: string): Promise<void> {
    const answer = await ask(what, 'POST', `${kind}/kick/${encodeURIComponent(id)}`);
    if (answer.status !== 200 && answer.status !== 404) throw refused(what, answer);
  }

  async function path(stream: StreamName): Promise<PathState | null> {
    const what = `read the state of ${stream}`;
    const answer = await ask(what, 'GET', `paths/get/${stream}`);
    return answer.status === 404 ? null : stateOf(stream, parsed(PathSchema, what, answer));
  }

  async function untilInForce(what: string, isSo: (state: PathState | null) => boolean, stream: StreamName) {
    const deadline = clock.now() + IN_FORCE_TIMEOUT_MS;
    while (!isSo(await path(stream))) {
      if (clock.now() >= deadline) throw new Busy('camera_busy', `could not ${what}: MediaMTX does not take it over`);
      await clock.sleep(IN_FORCE_POLL_MS);
    }
  }

  async function removePath(stream: StreamName): Promise<void> {
    const what = `take the path ${stream} out of MediaMTX`;
    const answer = await ask(what, 'DELETE', `config/paths/delete/${stream}`);
    if (answer.status !== 200 && answer.status !== 404) throw refused(what, answer);
    await untilInForce(what, (state) => state === null, stream);
  }

  return {
    path,
    removePath,
    info: async () => parsed(InfoSchema, 'ask MediaMTX', await ask('ask MediaMTX', 'GET', 'info')),
    async addPath(stream, source) {
      const what = `put the path ${stream} into MediaMTX`;
      // Out and in again, not replaced in place: only so can be seen from outside that the new one is in force.
      await removePath(stream);
      const answer = await ask(what, 'POST', `config/paths/add/${stream}`, pathBody(source));
      if (answer.status !== 200) throw refused(what, answer);
      await untilInForce(what, (state) => state !== null, stream);
    },
    async paths() {
      const found = await list(PathSchema, 'list the paths', 'paths');
      return found.flatMap((state) => {
        const { success, data } = StreamNameSchema.safeParse(state.name);
        return success ? [stateOf(data, state)] : [];
      });
    },
    webrtcSessions: () => list(WebrtcSessionSchema, 'list the WebRTC sessions', 'webrtcsessions'),
    kickWebrtcSession: (id) => kick('end a WebRTC session', 'webrtcsessions', id),
    rtspSessions: () => list(RtspSessionSchema, 'list the RTSP sessions', 'rtspsessions'),
    kickRtspSession: (id) => kick('end an RTSP session', 'rtspsessions', id),
  };
}

function stateOf(stream: StreamName, state: z.infer<typeof PathSchema>): PathState {
  const { ready, tracks, bytesReceived, bytesSent, readers } = state;
  return { stream, ready, tracks: tracks ?? [], bytesReceived, bytesSent, readers: readers ?? [] };
}

/** Null for what is no JSON, such as the router's own 404. Throws when the connection breaks or the answer is too long. */
async function jsonOf(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
}
