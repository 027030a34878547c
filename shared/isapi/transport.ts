// One HTTP request to a camera, without credentials of its own, redirects, retries or compression. Everything ends in
// time, and a stream is handed on as node:http made it, so that reading it costs nothing more.
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Busy, NeverSent, Rejected, reasonOf } from '../support/errors.ts';
import { connectTapped } from './tapped-socket.ts';

/** Largest response head. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Silence after which the kernel asks whether the peer is still there. */
const TCP_KEEP_ALIVE_MS = 15_000;

export type CameraAddress = { host: string; httpPort: number };

export type CameraRequest = {
  address: CameraAddress;
  method: string;
  /** With its query, already encoded. */
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  /** From now until the response's headers are in. */
  headerTimeoutMs: number;
  /** Ends the request, and the response while it is being read. */
  signal?: AbortSignal;
};

export interface Transport {
  /**
   * Resolves when the headers are in; the caller reads or destroys the message.
   * @throws Busy `camera_unreachable`, NeverSent where no connection came about
   */
  open(request: CameraRequest): Promise<IncomingMessage>;
}

/** Opens a new connection per request, unless an agent is given (cameras drop idle connections soon, ISAPI.md 2.1). */
export function httpTransport(options: { agent?: Agent } = {}): Transport {
  return {
    open: (request) =>
      new Promise((resolve, reject) => {
        const { address, method, path, headers, body, headerTimeoutMs, signal } = request;
        let isConnected = false;
        const fail = (cause: unknown) => reject(unreachable(address, isConnected ? Busy : NeverSent, cause));
        const sent = httpRequest({
          host: address.host,
          port: address.httpPort,
          method,
          path,
          headers: body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
          ...(options.agent
            ? { agent: options.agent }
            : { createConnection: () => connectTapped({ host: address.host, port: address.httpPort }) }),
          maxHeaderSize: MAX_HEADER_BYTES,
          // Old cameras end lines with a bare LF and put control characters into headers. What leniency risks, a second
          // response smuggled past a proxy on a shared connection, needs a proxy; sizes are capped either way.
          insecureHTTPParser: true,
          ...(signal ? { signal } : {}),
        });
        const timer = setTimeout(() => {
          sent.destroy(new Error(`no answer within ${headerTimeoutMs} ms`));
        }, headerTimeoutMs);
        // An agent's socket may be connected already.
        sent.once('socket', (socket) => {
          isConnected = socket.readyState === 'open';
          socket.once('connect', () => {
            isConnected = true;
          });
        });
        sent.setNoDelay(true);
        sent.setSocketKeepAlive(true, TCP_KEEP_ALIVE_MS);
        sent.on('response', (response) => {
          clearTimeout(timer);
          // A cut while nobody reads yet must not be an uncaught error; every reader sees it again.
          response.on('error', () => {});
          // Nobody else uses this connection, and a camera that was asked to keep it would hold one of its few for it.
          const { socket } = response;
          if (!options.agent) response.once('close', () => socket.destroy());
          resolve(response);
        });
        sent.on('error', fail);
        sent.on('close', () => {
          clearTimeout(timer);
          fail(new Error('the connection closed without an answer'));
        });
        sent.end(body);
      }),
  };
}

export type BodyLimits = { maxBytes: number; timeoutMs: number };

/**
 * The whole body.
 * @throws Rejected `camera_refused` beyond `maxBytes`; Busy `camera_unreachable` when it is cut or not whole in time
 */
export async function readBody(response: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => {
    response.destroy(new Error(`no whole answer within ${limits.timeoutMs} ms`));
  }, limits.timeoutMs);
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limits.maxBytes) break;
    }
  } catch (cause) {
    throw new Busy('camera_unreachable', `could not read the camera's answer: ${reasonOf(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
  if (size <= limits.maxBytes) return Buffer.concat(chunks, size);
  throw new Rejected('camera_refused', `could not read the camera's answer: it is over ${limits.maxBytes} bytes`);
}

function unreachable(address: CameraAddress, Kind: typeof Busy, cause: unknown): Busy {
  const peer = `${address.host}:${address.httpPort}`;
  return new Kind('camera_unreachable', `could not reach the camera at ${peer}: ${reasonOf(cause)}`, { cause });
}
