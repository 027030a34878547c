// The WebRTC listener: WHEP over HTTP, media on one UDP port for all viewers.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { Settings } from '../config/config.ts';
import { listenError, parseAddress } from '../http/address.ts';
import { openFront } from '../http/front.ts';
import { type Print, under } from '../log/printer.ts';
import type { PathManager } from '../paths/path-manager.ts';
import type { Quirks } from '../quirks.ts';
import type { WebrtcSession } from './session.ts';
import { handleWhep, WHEP_PREFLIGHT } from './whep.ts';

export type WebrtcServer = {
  /** In the order of their creation. */
  sessions(): WebrtcSession[];
  close(): Promise<void>;
};

/** @throws Error in Go's words when one of the addresses is taken */
export async function openWebrtcServer(deps: {
  settings: Settings;
  paths: PathManager;
  quirks: Quirks;
  print: Print;
}): Promise<WebrtcServer> {
  const { settings, quirks } = deps;
  const print = under(deps.print, '[WebRTC]');
  const sessions = new Map<string, WebrtcSession>();
  const front = await openFront({
    address: settings.webrtcAddress,
    allowOrigins: settings.webrtcAllowOrigins,
    trustedProxies: settings.webrtcTrustedProxies,
    preflight: WHEP_PREFLIGHT,
    print,
    handle: (request) => handleWhep(request, { ...deps, print, sessions }),
  });
  let iceTcp: Server | null = null;
  try {
    await claimUdp(settings.webrtcLocalUDPAddress);
    iceTcp = await openIceTcp(settings.webrtcLocalTCPAddress);
  } catch (error) {
    await front.close();
    throw error;
  }
  const listeners = [
    [settings.webrtcAddress, 'TCP/HTTP'],
    [settings.webrtcLocalUDPAddress, 'UDP/ICE'],
    [settings.webrtcLocalTCPAddress, 'TCP/ICE'],
  ].filter(([address]) => address !== '');
  print(
    'INF',
    quirks.opened(
      listeners.map(([address = '']) => address),
      listeners.map(([, kind = '']) => kind),
    ),
  );
  return {
    sessions: () => [...sessions.values()].sort((a, b) => a.createdAt - b.createdAt),
    async close() {
      print('INF', quirks.closing);
      for (const session of sessions.values()) session.close('terminated');
      iceTcp?.close();
      await front.close();
    },
  };
}

/** libdatachannel binds the port with the first viewer; that it is free is asked at the start, as MediaMTX would find out. */
async function claimUdp(address: string): Promise<void> {
  if (address === '') return;
  const { host, port } = parseAddress(address);
  const socket = createSocket('udp4');
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
  } catch (error) {
    throw listenError('udp', address, error);
  } finally {
    socket.close();
  }
}

/** Only that the port is taken: media over ICE-TCP is the one road that libdatachannel does not serve. */
async function openIceTcp(address: string): Promise<Server | null> {
  if (address === '') return null;
  const { host, port } = parseAddress(address);
  const server = createServer((socket) => socket.destroy());
  server.listen(port, host);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    throw listenError('tcp', address, error);
  }
}
