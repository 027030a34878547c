// Slow connections must not fill the door: where there is no place left, the one that has owed a whole request for longest
// makes way. The newest has just come, so a viewer who says what he wants is served however many drip beside him; where all
// others are served it is the newest itself that goes.
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../../shared/support/clock.ts';
import type { Log } from '../../../shared/support/log.ts';

/** A flood is one line of the log in so long. */
const TELL_EVERY_MS = 60_000;

type Room = { maxConnections: number; clock: Clock; log: Log };

/** `server`: one of node:http. Connections between two requests owe one as well, and clients know that those may end. */
export function keepRoom(server: EventEmitter, { maxConnections, clock, log }: Room): void {
  /** The request of each that is under way; in the order in which they began to owe one. */
  const open = new Map<Socket, IncomingMessage | null>();
  let dropped = 0;
  let toldAt = Number.NEGATIVE_INFINITY;

  function makeRoom(): void {
    for (const [socket, request] of open) {
      if (request?.complete) continue;
      open.delete(socket);
      socket.destroy();
      dropped += 1;
      return;
    }
  }

  function tell(): void {
    // Either way: a clock that was set back must not keep it unsaid.
    if (Math.abs(clock.now() - toldAt) < TELL_EVERY_MS) return;
    log.warn('door.full', { dropped });
    toldAt = clock.now();
    dropped = 0;
  }

  server.on('connection', (socket: Socket) => {
    open.set(socket, null);
    socket.once('close', () => open.delete(socket));
    if (open.size <= maxConnections) return;
    makeRoom();
    tell();
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (open.has(socket)) open.set(socket, request);
    response.once('close', () => {
      if (open.get(socket) !== request) return;
      open.delete(socket);
      open.set(socket, null);
    });
  });
}
