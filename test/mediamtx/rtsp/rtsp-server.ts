// The RTSP re-stream: what it costs a reader to be let in, and the camera's packets as they came. TCP only, as configured.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Settings } from '../config/config.ts';
import { listenError, parseAddress } from '../http/address.ts';
import { type Print, under } from '../log/printer.ts';
import type { PathManager } from '../paths/path-manager.ts';
import type { Quirks } from '../quirks.ts';
import { createRtspReader } from '../source/rtsp-messages.ts';
import { createRtspConn, type RtspConn, type RtspSession } from './rtsp-conn.ts';

export type RtspServer = {
  conns(): RtspConn[];
  sessions(): RtspSession[];
  close(): Promise<void>;
};

export type RtspDeps = { settings: Settings; paths: PathManager; quirks: Quirks; print: Print };

/** @throws Error in Go's words when the address is taken */
export async function openRtspServer(deps: RtspDeps): Promise<RtspServer> {
  const { settings, quirks } = deps;
  const print = under(deps.print, '[RTSP]');
  const conns = new Map<Socket, RtspConn>();

  const server = createServer({ noDelay: true }, (socket) => {
    const conn = createRtspConn({ ...deps, print, socket, onClosed: () => conns.delete(socket) });
    conns.set(socket, conn);
    const read = createRtspReader();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const item of read(chunk)) if (item.kind === 'message') conn.take(item);
      } catch (error) {
        conn.close(error instanceof Error ? error.message : String(error));
      }
    });
    socket.once('error', (error) => conn.close(error.message));
    socket.once('close', () => conn.close('EOF'));
  });
  const { host, port } = parseAddress(settings.rtspAddress);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenError('tcp', settings.rtspAddress, error);
  }
  print('INF', quirks.opened([settings.rtspAddress], ['TCP/RTSP']));
  return {
    conns: () => [...conns.values()],
    sessions: () => [...conns.values()].flatMap(({ session }) => (session === null ? [] : [session])),
    async close() {
      print('INF', quirks.closing);
      const closed = once(server, 'close');
      server.close();
      for (const conn of conns.values()) conn.close('terminated');
      await closed;
    },
  };
}
