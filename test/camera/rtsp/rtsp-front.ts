// The camera's RTSP server on loopback.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { StreamKind } from '../../../shared/video/stream-name.ts';
import type { RequestRecord } from '../http-front.ts';
import type { ClipName } from './clip.ts';
import { type LivePicture, livePicture } from './live-picture.ts';
import type { RtspFault } from './rtsp-fault.ts';
import { createSession, type RtspSession, type SessionDependencies } from './rtsp-session.ts';

/** What a test sees of the camera's video. */
export type SimulatedVideo = {
  /** Every RTSP request, as `requests` has those by HTTP. */
  readonly requests: readonly RequestRecord[];
  /** Sessions that are being sent pictures, or would be but for a fault. */
  readonly playing: number;
  /** TCP connections open now, and ever taken. */
  readonly open: number;
  readonly connects: number;
  /** When the picture that shows this index was last sent to anybody, by Date.now(); undefined if it never was. */
  frameSentAt(kind: StreamKind, index: number): number | undefined;
  /** Ends every connection (RST). */
  cut(): void;
};

export type RtspFront = SimulatedVideo & {
  readonly port: number;
  setFault(fault: RtspFault | null): void;
  close(): Promise<void>;
};

export type RtspOptions = Pick<SessionDependencies, 'authenticator' | 'awayMs' | 'now'> & {
  host: string;
  port: number;
  fault: RtspFault | null;
};

/** Rejects when the port is taken. */
export async function openRtsp({ host, port: wanted, fault: first, ...deps }: RtspOptions): Promise<RtspFront> {
  const startedAt = performance.now();
  const requests: RequestRecord[] = [];
  const sessions = new Map<Socket, RtspSession>();
  const sentAt: Record<StreamKind, Map<number, number>> = { main: new Map(), sub: new Map() };
  const shown = new Map<string, LivePicture>();
  let connects = 0;
  let fault = first;

  function pictureOf(kind: StreamKind, name: ClipName): LivePicture {
    const key = `${kind} ${name}`;
    const known = shown.get(key) ?? livePicture(name, startedAt, (index) => sentAt[kind].set(index, Date.now()));
    shown.set(key, known);
    return known;
  }

  const server = createServer({ noDelay: true }, (socket) => {
    connects += 1;
    sessions.set(socket, createSession(socket, { ...deps, requests, pictureOf, fault: () => fault }));
    socket.once('close', () => sessions.delete(socket));
  });

  function cut(): void {
    for (const socket of sessions.keys()) socket.resetAndDestroy();
  }

  function obey(): void {
    const isClosed = fault?.name === 'refuse-connection';
    if (isClosed) cut();
    if (isClosed && server.listening) server.close();
    if (!isClosed && !server.listening) server.listen(port, host);
  }

  server.listen(wanted, host);
  await once(server, 'listening');
  const address = server.address();
  // Only a server on a Unix socket has another kind of address.
  const port = typeof address === 'object' && address !== null ? address.port : wanted;
  obey();

  return {
    port,
    requests,
    cut,
    get playing() {
      return [...sessions.values()].filter(({ isPlaying }) => isPlaying).length;
    },
    get open() {
      return sessions.size;
    },
    get connects() {
      return connects;
    },
    frameSentAt: (kind, index) => sentAt[kind].get(index),
    setFault(changed) {
      fault = changed;
      obey();
    },
    async close() {
      const gone = [...sessions.keys()].map((socket) => once(socket, 'close'));
      for (const socket of sessions.keys()) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      await Promise.all(gone);
    },
  };
}
