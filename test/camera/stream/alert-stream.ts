// The clients that listen to the alert stream, and all that can happen to them.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from '../resources/answer.ts';
import { type ConnectFault, refusalOf } from './connect-faults.ts';
import type { Ending } from './event-faults.ts';
import { type Framing, streamHead, tailOfPart } from './framing.ts';
import { type OpenStream, openStream } from './open-stream.ts';

export type AlertStream = {
  /** Takes the request over, or says what to refuse it with. */
  join(request: IncomingMessage, response: ServerResponse): Answer | null;
  /** Writes to every stream; returns how many there were. */
  send(bytes: Buffer, ending?: Ending): number;
  end(ending: Exclude<Ending, 'open'>): void;
  readonly open: number;
};

type Settings = { framing: () => Framing; connectFault: () => ConnectFault | null; now: () => number };

export function createAlertStream({ framing, connectFault, now }: Settings): AlertStream {
  const streams = new Set<OpenStream>();
  let lastEndedAt = Number.NEGATIVE_INFINITY;

  function take(socket: Socket, response: ServerResponse): OpenStream {
    response.detachSocket(socket);
    const stream = openStream(socket, framing().chunked);
    streams.add(stream);
    socket.once('close', () => {
      streams.delete(stream);
      lastEndedAt = now();
    });
    return stream;
  }

  function join({ socket }: IncomingMessage, response: ServerResponse): Answer | null {
    const fault = connectFault();
    const refused = fault === null ? null : refusalOf(fault, now() - lastEndedAt);
    if (refused !== null) return refused;
    const stream = take(socket, response);
    if (fault?.name !== 'silent') socket.write(streamHead(framing()));
    if (fault?.name === 'silent' || fault?.name === 'silent-after-head') stream.freeze();
    else if (framing().startMidPart) stream.send(tailOfPart(framing()), framing());
    return null;
  }

  function end(ending: Exclude<Ending, 'open'>): void {
    for (const stream of streams) {
      if (ending === 'silence') stream.freeze();
      else if (ending === 'rst') stream.reset();
      else stream.finish(framing().closing ? Buffer.from(`${framing().delimiter}--\r\n`) : Buffer.alloc(0));
    }
  }

  return {
    join,
    end,
    send(bytes, ending = 'open') {
      const listening = [...streams].filter((stream) => !stream.frozen);
      for (const stream of listening) stream.send(bytes, framing());
      if (ending !== 'open') end(ending);
      return listening.length;
    },
    get open() {
      return streams.size;
    },
  };
}
