// The only way to a camera: every request passes its guard, ends in time, and fails as one of four typed errors.
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../support/clock.ts';
import { Busy, GateError, Rejected, reasonOf } from '../support/errors.ts';
import type { Log } from '../support/log.ts';
import { type CameraAnswer, errorIn } from './answer.ts';
import type { Camera } from './cameras.ts';
import type { Guard } from './guard/guard.ts';
import { createLogin } from './login.ts';
import { readBody, type Transport } from './transport.ts';

/** A refused stream's body: a ResponseStatus. */
const MAX_REFUSED_STREAM_BYTES = 16 * 1024;
const REFUSED_STREAM_TIMEOUT_MS = 3_000;
/** The stream's slot may stay held for two minutes after a cut (ISAPI.md 3.5); asking sooner is harmless. */
const HELD_SLOT_RETRY_SECONDS = 10;
const HELD_SLOT_STATUSES = new Set([403, 404]);

export type ClientRequest = {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With its query, already encoded: the digest covers it exactly as it is sent. */
  path: string;
  /** XML. */
  body?: string;
  /** For the whole call: waiting for its turn, login and body. */
  timeoutMs: number;
  maxBytes: number;
  signal?: AbortSignal;
};

export type StreamRequest = { path: string; signal: AbortSignal; headerTimeoutMs: number };

export interface CameraClient {
  /**
   * A successful answer, whole.
   * @throws Busy `camera_locked` (the guard is shut), `camera_unreachable`, `camera_busy`
   * @throws CameraRefused with the camera's reason; Rejected `camera_refused` for a login or body nobody can use
   */
  request(request: ClientRequest): Promise<CameraAnswer>;
  /**
   * An endless answer, from its first byte; `signal` ends it. Nothing is read here, so the caller must, or destroy it.
   * @throws as `request`; a slot still held, or too many viewers, is `camera_busy`
   */
  openStream(request: StreamRequest): Promise<IncomingMessage>;
}

export type ClientDependencies = { camera: Camera; guard: Guard; transport: Transport; clock: Clock; log: Log };

/** Make one per camera and process: it remembers the nonce. */
export function cameraClient({ camera, guard, transport, clock, log }: ClientDependencies): CameraClient {
  const exchange = createLogin({ address: camera, allowBasic: camera.allowBasic, guard, transport, clock });

  async function timed<T>(asked: string, work: () => Promise<T>): Promise<T> {
    const begunAt = clock.now();
    try {
      return await work();
    } catch (error) {
      // The guard has said once that it is shut; every caller that it turns away need not repeat it.
      if (error instanceof GateError && error.code === 'camera_locked') throw error;
      const fields = { camera: camera.id, asked, afterMs: clock.now() - begunAt, reason: reasonOf(error) };
      log.warn('camera.request_failed', fields);
      throw error;
    }
  }

  return {
    request: ({ method, path, body, timeoutMs, maxBytes, signal }) => {
      const asked = `${method} ${name(path)}`;
      return timed(asked, async () => {
        const until = clock.now() + timeoutMs;
        const answer = await exchange({
          method,
          path,
          headers: body === undefined ? {} : { 'Content-Type': 'application/xml' },
          ...(body === undefined ? {} : { body }),
          patience: { until, ...(signal ? { signal } : {}) },
          read: (response) => readAnswer(response, { maxBytes, timeoutMs: Math.max(1, until - clock.now()) }),
        });
        const error = errorIn(answer, asked);
        if (error) throw error;
        return answer;
      });
    },

    openStream: ({ path, signal, headerTimeoutMs }) => {
      const asked = `GET ${name(path)}`;
      return timed(asked, async () => {
        const opened = await exchange({
          method: 'GET',
          path,
          // Old firmware takes "close" at its word and ends the stream after the headers.
          headers: { Connection: 'keep-alive' },
          patience: { until: clock.now() + headerTimeoutMs, signal },
          read: async (response) => (isStream(response) ? response : readAnswer(response, refusedStreamLimits)),
        });
        if ('status' in opened) throw streamError(opened, asked);
        const end = () => void opened.destroy(new Error('the caller ended the stream'));
        if (signal.aborted) end();
        signal.addEventListener('abort', end, { once: true });
        // The signal outlives its streams by months: what it holds of one must go with that one's socket.
        opened.socket.once('close', () => signal.removeEventListener('abort', end));
        if (!opened.destroyed) return opened;
        throw new Busy('camera_unreachable', `could not ${asked}: the camera ended the stream at once`);
      });
    },
  };
}

const refusedStreamLimits = { maxBytes: MAX_REFUSED_STREAM_BYTES, timeoutMs: REFUSED_STREAM_TIMEOUT_MS };

/** A camera that names no type is believed; the reader of the stream finds out. */
function isStream({ statusCode, headers }: IncomingMessage): boolean {
  const type = headers['content-type'];
  return statusCode === 200 && (type === undefined || /^\s*multipart\//i.test(type));
}

async function readAnswer(
  response: IncomingMessage,
  limits: { maxBytes: number; timeoutMs: number },
): Promise<CameraAnswer> {
  const body = await readBody(response, limits);
  return { status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', body };
}

function streamError(answer: CameraAnswer, asked: string): Error {
  if (HELD_SLOT_STATUSES.has(answer.status)) {
    const message = `could not ${asked}: the camera answered ${answer.status}, its streams are taken`;
    return new Busy('camera_busy', message, { retryAfterSeconds: HELD_SLOT_RETRY_SECONDS });
  }
  return errorIn(answer, asked) ?? new Rejected('camera_refused', `could not ${asked}: the answer is no stream`);
}

/**
 * The path as errors and logs call it: without its query, which may say more than they should. Checked here, because
 * what digest-fetch signs and what node:http sends must be the same bytes, or the digest is wrong.
 */
function name(path: string): string {
  if (/^\/[!-~]*$/.test(path) && !/["#\\]/.test(path)) return path.replace(/\?.*$/, '');
  throw new Rejected('invalid_request', 'could not ask the camera: the path must begin with / and be encoded');
}
