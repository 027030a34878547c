import { EventEmitter } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { LogFields } from '../../../shared/support/log.ts';
import { keepRoom } from './keep-room.ts';

/** A server's connections and requests, and what the door says of them at a time that is set. */
function door({ maxConnections }: { maxConnections: number }) {
  const server = new EventEmitter();
  const said: LogFields[] = [];
  const time = { now: Date.UTC(2026, 10, 22) };
  const keep = (_event: string, fields: LogFields = {}) => void said.push(fields);
  const clock = { now: () => time.now, sleep: () => Promise.reject(new Error('nobody sleeps here')) };
  keepRoom(server, { maxConnections, clock, log: { info: keep, warn: keep, error: keep } });
  function connect(): Socket {
    const socket = new Socket();
    server.emit('connection', socket);
    return socket;
  }
  function ask(socket: Socket): void {
    const request = new IncomingMessage(socket);
    request.complete = true;
    server.emit('request', request, new ServerResponse(request));
  }
  return { connect, ask, said, time };
}

test('a newcomer is let go where each place is held by a viewer who is served', () => {
  const { connect, ask, said } = door({ maxConnections: 2 });
  const served = [connect(), connect()];
  for (const socket of served) ask(socket);
  expect(connect().destroyed).toBe(true);
  expect(served.map(({ destroyed }) => destroyed)).toEqual([false, false]);
  expect(said).toEqual([{ dropped: 1 }]);
});

test('a full door is said once a minute, and no later for a clock that was set back an hour', () => {
  const { connect, said, time } = door({ maxConnections: 1 });
  connect();
  for (const passedMs of [0, 30_000, 30_000, -3_600_000]) {
    time.now += passedMs;
    connect();
  }
  expect(said).toEqual([{ dropped: 1 }, { dropped: 2 }, { dropped: 1 }]);
});
