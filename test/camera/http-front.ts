// The camera's web server: logs each request, asks the authenticator, and sends the answer or opens the alert stream.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Authenticator } from './auth/authenticator.ts';
import { type Answer, responseStatus } from './resources/answer.ts';
import type { Device } from './resources/device.ts';
import { answerTo, isAlertStream, pathOf } from './resources/resources.ts';
import type { AlertStream } from './stream/alert-stream.ts';

export type RequestRecord = {
  method: string;
  /** Path and query as sent. */
  url: string;
  authorization: 'none' | 'basic' | 'digest' | 'other';
  /** 200 for an opened alert stream; null while the camera has not answered. */
  status: number | null;
  at: number;
};

type Front = {
  authenticator: Authenticator;
  device: Device;
  stream: AlertStream;
  requests: RequestRecord[];
  /** Round trip to whoever asks. */
  awayMs: number;
  now: () => number;
};

/** Cameras close idle connections soon (ISAPI.md 2.1). */
const KEEP_ALIVE_MS = 10_000;
const MAX_BODY_BYTES = 1024 * 1024;

export function createFront(front: Front): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    // A client that breaks off while it is being read is no fault of the camera's.
    receive(front, request, response).catch(() => request.socket.destroy());
  });
  return server;
}

async function receive(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request;
  const record: RequestRecord = { method, url, authorization: schemeOf(request), status: null, at: front.now() };
  front.requests.push(record);
  const body = await readBody(request);
  if (front.awayMs > 0) await delay(front.awayMs);
  const address = request.socket.remoteAddress ?? '';
  const verdict = front.authenticator.check({ method, url, address, authorization: request.headers.authorization });
  const answer = verdict.let === 'out' ? verdict.answer : answerOrStream(front, request, response, body);
  if (answer?.lost === 'cut') request.socket.destroy();
  if (answer?.lost) return;
  record.status = answer?.status ?? 200;
  if (answer !== null) send(response, answer, verdict.let === 'out' ? verdict.challenges : []);
}

/** Null when the connection has become an alert stream. */
function answerOrStream(
  front: Front,
  request: IncomingMessage,
  response: ServerResponse,
  body: string | null,
): Answer | null {
  const { method = '', url = '' } = request;
  const path = pathOf(url);
  if (body === null) return responseStatus(413, 6, 'Invalid XML Content', 'overLimit');
  return isAlertStream(method, path)
    ? front.stream.join(request, response)
    : answerTo(front.device, { method, path, body });
}

function send(response: ServerResponse, { status, type, body }: Answer, challenges: readonly string[]): void {
  response.setHeader('Server', 'DNVRS-Webs');
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', body.length);
  if (challenges.length > 0) response.setHeader('WWW-Authenticate', challenges);
  response.writeHead(status).end(body);
}

/** The body as text, or null when it is too long; it is read to its end so that the answer can be. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size <= MAX_BODY_BYTES) chunks.push(bytes);
  }
  return size > MAX_BODY_BYTES ? null : Buffer.concat(chunks).toString('utf8');
}

function schemeOf(request: IncomingMessage): RequestRecord['authorization'] {
  const scheme = request.headers.authorization?.split(' ')[0]?.toLowerCase() ?? 'none';
  return scheme === 'none' || scheme === 'basic' || scheme === 'digest' ? scheme : 'other';
}
