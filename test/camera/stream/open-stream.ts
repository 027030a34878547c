import type { Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Framing } from './framing.ts';

/** One client on the alert stream. Writes keep their order, however slowly the framing makes them. */
export type OpenStream = {
  send(bytes: Buffer, framing: Framing): void;
  /** Half-closes after all that was sent (FIN). */
  finish(last: Buffer): void;
  reset(): void;
  /** From now on nothing is written, and nothing tells the client so. */
  freeze(): void;
  readonly frozen: boolean;
};

/** A client that reads nothing is thrown out at this backlog, as the camera's small memory would. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

export function openStream(socket: Socket, chunked: boolean): OpenStream {
  let written: Promise<void> = Promise.resolve();
  let frozen = false;
  socket.setNoDelay(true);

  function write(bytes: Buffer): void {
    if (frozen || !socket.writable || bytes.length === 0) return;
    if (socket.writableLength > MAX_UNSENT_BYTES) socket.resetAndDestroy();
    else socket.write(chunked ? asChunk(bytes) : bytes);
  }

  async function writeSlowly(bytes: Buffer, { writeBytes, pauseMs }: Framing): Promise<void> {
    const size = writeBytes ?? bytes.length;
    for (let at = 0; at < bytes.length && !frozen && socket.writable; at += size) {
      write(bytes.subarray(at, at + size));
      if (pauseMs > 0) await setTimeout(pauseMs);
      else await setImmediate();
    }
  }

  return {
    send(bytes, framing) {
      written = written.then(() => (framing.writeBytes === null ? write(bytes) : writeSlowly(bytes, framing)));
    },
    finish(last) {
      written = written.then(() => {
        write(last);
        socket.end();
      });
    },
    reset() {
      written = written.then(() => void socket.resetAndDestroy());
    },
    freeze() {
      written = written.then(() => {
        frozen = true;
      });
    },
    get frozen() {
      return frozen;
    },
  };
}

function asChunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
