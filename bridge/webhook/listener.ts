// The bridge's own plain-HTTP webhook, for cameras that cannot push over HTTPS: the same intake as in Lambda, and 200 only
// when the read is on disk.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CameraId } from '../../shared/detection/detection.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { MAX_PUSH_BYTES, type PushContents, readPush } from '../../shared/webhook/intake.ts';
import { tokenInPath } from '../../shared/webhook/push-path.ts';
import type { PushingCamera, PushSource } from '../../shared/webhook/push-source.ts';
import type { ReadKeeper } from '../alert-stream/keep-event.ts';

/** A whole push must be in within this time; a slow drip ends here. */
const PUSH_DEADLINE_MS = 30_000;
const HEADERS_DEADLINE_MS = 10_000;
/** How often Node looks for connections past their deadline. */
const DEADLINE_CHECK_MS = 2_000;
/** Cameras' connections at once; each may hold MAX_PUSH_BYTES. */
const MAX_CONNECTIONS = 64;
/** Of addresses that no camera pushes from: enough to be told 403, too few to shut a camera out. */
const MAX_FOREIGN_CONNECTIONS = 8;
/** After an answer, how long the rest of a refused body is read, so that the answer is not lost in a reset. */
const DRAIN_MS = 2_000;

export type ListenerDeps = {
  source: PushSource;
  outbox: ReadKeeper;
  /** The camera's clock minus ours in ms, as its stream's heartbeats tell it; null where none was heard. */
  clockOffsetOf: (camera: CameraId) => number | null;
  clock: Clock;
  log: Log;
};
export type Listener = { port: number; close(): Promise<void> };

export async function listenForPushes(options: { host: string; port: number }, deps: ListenerDeps): Promise<Listener> {
  const server = createServer(
    {
      requestTimeout: PUSH_DEADLINE_MS,
      headersTimeout: HEADERS_DEADLINE_MS,
      connectionsCheckingInterval: DEADLINE_CHECK_MS,
    },
    (request, response) => {
      take(request, deps).then(
        (status) => respond(request, response, status),
        (error: unknown) => {
          deps.log.error('webhook.failed', { reason: reasonOf(error) });
          respond(request, response, 503);
        },
      );
    },
  );
  admit(server, deps.source);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

/** Cameras and strangers are counted apart, or a stranger's silent connections would keep a camera's pushes out. */
function admit(server: Server, source: PushSource): void {
  const open = { camera: 0, foreign: 0 };
  server.on('connection', (socket) => {
    const kind = source.knows(socket.remoteAddress ?? '') ? 'camera' : 'foreign';
    if (open[kind] >= (kind === 'camera' ? MAX_CONNECTIONS : MAX_FOREIGN_CONNECTIONS)) {
      socket.destroy();
      return;
    }
    open[kind] += 1;
    socket.once('close', () => {
      open[kind] -= 1;
    });
  });
}

async function take(request: IncomingMessage, deps: ListenerDeps): Promise<number> {
  const { source, outbox, log } = deps;
  const token = tokenInPath(request.url ?? '');
  if (token === undefined) return 404;
  if (request.method !== 'POST') return 405;
  const candidates = source.candidates({ sourceAddress: request.socket.remoteAddress ?? '', token });
  if (candidates.length === 0) {
    log.warn('webhook.refused', { reason: 'foreign source', withToken: token !== null });
    return 403;
  }
  const body = await bodyOf(request);
  if (body === 'too large') {
    log.warn('webhook.refused', { reason: 'too large', limitBytes: MAX_PUSH_BYTES });
    return 413;
  }
  return keep(contentsOf(request, body, candidates, deps), outbox, log);
}

function contentsOf(
  request: IncomingMessage,
  body: Buffer,
  candidates: readonly PushingCamera[],
  { clock, clockOffsetOf }: ListenerDeps,
): PushContents {
  const contentType = request.headers['content-type'] ?? '';
  return readPush({ contentType, body, candidates, receivedAt: clock.now(), clockOffsetOf });
}

async function keep(contents: PushContents, outbox: ReadKeeper, log: Log): Promise<number> {
  for (const fault of contents.faults) log.warn('webhook.part.refused', fault);
  for (const { detection, bytesByKey } of contents.reads) {
    await outbox.addRead({ ...detection, pictures: [] });
    if (bytesByKey.size === 0) continue;
    await outbox.addPictures(detection, bytesByKey).catch((error: unknown) => {
      log.error('pictures.lost', { camera: detection.camera, detection: detection.id, reason: reasonOf(error) });
    });
  }
  log.info(contents.reads.length > 0 ? 'webhook.accepted' : 'webhook.ignored', {
    reads: contents.reads.length,
    events: contents.ignored,
  });
  return 200;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | 'too large'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_PUSH_BYTES) return 'too large';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > MAX_PUSH_BYTES) return 'too large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function respond(request: IncomingMessage, response: ServerResponse, status: number): void {
  if (response.writableEnded || response.destroyed) return;
  response.writeHead(status, { 'Content-Length': 0, Connection: 'close' });
  if (request.complete) {
    response.end();
    return;
  }
  // The answer is whole without an end, which would close the connection while the camera still writes.
  response.flushHeaders();
  request.resume().once('close', () => response.end());
  setTimeout(() => response.end(), DRAIN_MS).unref();
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, 'close');
}
