// One HTTP listener as gin and MediaMTX make it: its own answers for what nobody handles, CORS, preflights.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Print } from '../log/printer.ts';
import { listenError, parseAddress } from './address.ts';
import { originHeaders } from './origins.ts';

export type Headers = Record<string, string | string[]>;
export type Answer = { status: number; headers?: Headers; body?: string | Buffer };
export type Request = {
  method: string;
  path: string;
  rawQuery: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** `host:port`, as X-Forwarded-For of a trusted proxy says it. */
  remoteAddress: string;
  ip: string;
  body(): Promise<Buffer>;
  /** Aborts when the client has gone before its answer. */
  gone: AbortSignal;
};
/** Null: nothing is here, which gin says itself. */
export type Handle = (request: Request) => Promise<Answer | null>;

export type FrontOptions = {
  address: string;
  allowOrigins: readonly string[];
  trustedProxies: readonly string[];
  /** What preflights are told; null: there are none here. */
  preflight: { methods: string; headers: string } | null;
  handle: Handle;
  print: Print;
};
export type Front = { readonly port: number; close(): Promise<void> };

const NOT_FOUND: Answer = { status: 404, headers: { 'Content-Type': 'text/plain' }, body: '404 page not found' };

/** @throws Error in Go's words when the address is taken */
export async function openFront(options: FrontOptions): Promise<Front> {
  const address = parseAddress(options.address);
  const sockets = new Set<Duplex>();
  const server = createServer((incoming, response) => void serve(incoming, response, options));
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenError('tcp', options.address, error);
  }
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export function json(status: number, value: unknown, headers: Headers = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function failure(status: number, error: string, headers: Headers = {}): Answer {
  return json(status, { status: 'error', error }, headers);
}

export const done = (): Answer => json(200, { status: 'ok' });

async function serve(incoming: IncomingMessage, response: ServerResponse, options: FrontOptions): Promise<void> {
  const { allowOrigins, preflight, handle, print } = options;
  const origin = originHeaders(incoming.headers.origin, allowOrigins);
  const isPreflight = incoming.method === 'OPTIONS' && incoming.headers['access-control-request-method'] !== undefined;
  try {
    const answer =
      isPreflight && preflight
        ? { status: 204, headers: preflightHeaders(preflight) }
        : ((await handle(readRequest(incoming, response, options))) ?? NOT_FOUND);
    send(response, { ...answer, headers: { Server: 'mediamtx', ...origin, ...answer.headers } });
  } catch (error) {
    // A real server would have died with a stack here; a stand-in that does so says why.
    print('ERR', `panic: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    response.destroy();
  }
}

function preflightHeaders({ methods, headers }: { methods: string; headers: string }): Headers {
  return { 'Access-Control-Allow-Methods': methods, 'Access-Control-Allow-Headers': headers };
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status);
  response.end(status === 204 ? undefined : body);
}

function readRequest(incoming: IncomingMessage, response: ServerResponse, options: FrontOptions): Request {
  const [path = '/', rawQuery = ''] = splitOnce(incoming.url ?? '/', '?');
  const { remoteAddress = '', remotePort = 0 } = incoming.socket;
  const forwarded = incoming.headers['x-forwarded-for'];
  const isTrusted = options.trustedProxies.some((proxy) => proxy.split('/')[0] === remoteAddress);
  const ip =
    isTrusted && typeof forwarded === 'string' ? (forwarded.split(',')[0]?.trim() ?? remoteAddress) : remoteAddress;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return {
    method: incoming.method ?? 'GET',
    path: decodePath(path),
    rawQuery,
    query: new URLSearchParams(rawQuery),
    headers: incoming.headers,
    remoteAddress: `${ip}:${remotePort}`,
    ip,
    body: async () => Buffer.concat(await incoming.toArray()),
    gone: gone.signal,
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
