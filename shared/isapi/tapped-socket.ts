// Half of a busy stream's CPU goes into handing its bytes through an HTTP parser that has nothing left to parse, and
// into a new 64 kB of memory for every read. So node:http reads a stream's head, and after it the socket is read
// straight into one buffer that all sockets of the process share.
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type NetConnectOpts, type Socket } from 'node:net';

/** One read of the socket. libuv fills it and calls us before anything else runs, so one serves every socket. */
const READ_BYTES = 64 * 1024;
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** What a stream's reader needs of a body; an IncomingMessage is one too. A chunk is only good during its event. */
export interface ByteSource {
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeAllListeners(event: 'data'): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

type Tap = { socket: Socket; take: ((chunk: Buffer) => void) | null; isPaused: boolean };
const taps = new WeakMap<Socket, Tap>();

/** For node:http's `createConnection`: it sees copies of what comes, until `takeOver`. */
export function connectTapped(to: { host: string; port: number }): Socket {
  const options: NetConnectOpts = {
    ...to,
    onread: {
      buffer: readBuffer,
      callback: (bytes, buffer) => {
        const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, bytes);
        if (tap.take) tap.take(chunk);
        else socket.emit('data', Buffer.from(chunk));
        return !tap.isPaused;
      },
    },
  };
  const socket = connect(options);
  const tap: Tap = { socket, take: null, isPaused: false };
  taps.set(socket, tap);
  return socket;
}

/**
 * The rest of a close-delimited response, read without its HTTP parser from now on. A chunked one, or one whose socket
 * is not tapped, stays as it is.
 */
export function takeOver(response: IncomingMessage): ByteSource {
  const tap = taps.get(response.socket);
  const isFramed =
    response.headers['transfer-encoding'] !== undefined || response.headers['content-length'] !== undefined;
  return tap && !isFramed ? new TappedBody(tap, response) : response;
}

class TappedBody extends EventEmitter implements ByteSource {
  readonly #tap: Tap;
  readonly #response: IncomingMessage;
  #hasEnded = false;

  constructor(tap: Tap, response: IncomingMessage) {
    super();
    this.#tap = tap;
    this.#response = response;
    const { socket } = tap;
    socket.on('end', () => this.#end());
    socket.on('error', (error) => this.emit('error', error));
    socket.on('close', () => this.emit('close'));
    // The reader attaches its listeners first; then what the parser had read before comes, and then the socket.
    process.nextTick(() => this.#start());
  }

  pause(): void {
    this.#tap.isPaused = true;
    this.#tap.socket.pause();
  }

  resume(): void {
    this.#tap.isPaused = false;
    this.#tap.socket.resume();
  }

  destroy(): void {
    this.#tap.socket.destroy();
  }

  #start(): void {
    const { socket } = this.#tap;
    for (let chunk = this.#response.read(); chunk !== null; chunk = this.#response.read()) this.emit('data', chunk);
    this.#tap.take = (chunk) => this.emit('data', chunk);
    if (socket.destroyed) this.emit('close');
    else if (socket.readableEnded || this.#response.complete) this.#end();
    else if (!this.#tap.isPaused) socket.resume();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.emit('end');
  }
}
