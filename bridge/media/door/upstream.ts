// The door's side towards MediaMTX, on loopback.
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import * as z from 'zod';
import { Busy, reasonOf } from '../../../shared/support/errors.ts';

/** A WHEP answer may wait for the camera's start and the candidates, a playlist for its first segment. */
const UPSTREAM_TIMEOUT_MS = 15_000;
/** Unused connections are closed before MediaMTX closes them, so that no request meets a closing one. */
const IDLE_CONNECTION_MS = 4_000;
const RETRY_AFTER_SECONDS = 2;
const MAX_TEXT_BYTES = 262_144;

export type UpstreamRequest = {
  url: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: Uint8Array;
  signal?: AbortSignal;
};

/** `body` must be read to its end or destroyed. */
export type UpstreamAnswer = { status: number; headers: IncomingHttpHeaders; body: IncomingMessage };

export type Upstream = {
  /** Throws Busy when MediaMTX cannot be reached or does not answer in time. */
  ask(asked: UpstreamRequest): Promise<UpstreamAnswer>;
  close(): void;
};

export function openUpstream({ timeoutMs = UPSTREAM_TIMEOUT_MS }: { timeoutMs?: number } = {}): Upstream {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS });

  function ask(asked: UpstreamRequest, mayRepeat: boolean): Promise<UpstreamAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<UpstreamAnswer>();
    const { url, method, body, signal } = asked;
    const length = body === undefined ? {} : { 'Content-Length': String(body.length) };
    const headers = { ...asked.headers, ...length };
    const sent = request(url, { method, agent, headers, timeout: timeoutMs, ...(signal && { signal }) });
    sent.once('timeout', () => sent.destroy(new Error('it did not answer in time')));
    sent.once('response', (answer) => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer });
    });
    sent.on('error', (error) => {
      // A kept connection that was closed while we wrote to it: MediaMTX has not seen the request.
      const stale = sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      if (stale && mayRepeat) resolve(ask(asked, false));
      else reject(outOfReach(error));
    });
    sent.end(body);
    return promise;
  }

  return { ask: (asked) => ask(asked, true), close: () => agent.destroy() };
}

/** The whole body as text; throws Busy when it is too long or breaks off. */
export async function textOf({ body }: UpstreamAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > MAX_TEXT_BYTES) throw new Error('its answer is too long');
      chunks.push(chunk);
    }
  } catch (thrown) {
    throw outOfReach(thrown);
  }
  return Buffer.concat(chunks).toString();
}

const ErrorAnswer = z.object({ error: z.string() });

/** The `error` of a MediaMTX answer; empty when it is not in that form. */
export function errorIn(text: string): string {
  try {
    return ErrorAnswer.safeParse(JSON.parse(text)).data?.error ?? '';
  } catch {
    return '';
  }
}

function outOfReach(cause: unknown): Busy {
  const message = `could not reach the media server: ${reasonOf(cause)}`;
  return new Busy('internal', message, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
