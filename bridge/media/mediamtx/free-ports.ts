// Ports that nobody uses now, for settings that leave them open (0): MediaMTX cannot say which one it was given.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Broken } from '../../../shared/support/errors.ts';
import type { MediaMtxPorts } from './configuration.ts';

const LOOPBACK = '127.0.0.1';
const MAX_TRIES = 20;

/** The same ports with every 0 replaced. All are held until the last is found, so that no two are the same. */
export async function settlePorts(ports: MediaMtxPorts): Promise<MediaMtxPorts> {
  const held: Held[] = [];
  const settle = async (port: number, take: () => Promise<Held>) => {
    if (port !== 0) return port;
    const taken = await take();
    held.push(taken);
    return taken.port;
  };
  try {
    return {
      api: await settle(ports.api, () => takeTcp(LOOPBACK)),
      webrtc: await settle(ports.webrtc, () => takeTcp(LOOPBACK)),
      hls: await settle(ports.hls, () => takeTcp(LOOPBACK)),
      rtsp: await settle(ports.rtsp, () => takeTcp(LOOPBACK)),
      media: await settle(ports.media, takeBoth),
    };
  } finally {
    await Promise.all(held.map(({ release }) => release()));
  }
}

type Held = { port: number; release(): Promise<void> };

async function takeTcp(host?: string): Promise<Held> {
  const server = createServer();
  server.listen({ port: 0, ...(host === undefined ? {} : { host }) });
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, release: () => close(server) };
}

/** One number that is free for UDP and TCP, on every address. */
async function takeBoth(): Promise<Held> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const tcp = await takeTcp();
    const udp = createSocket('udp4');
    try {
      udp.bind(tcp.port);
      await once(udp, 'listening');
      return { port: tcp.port, release: async () => void (await Promise.all([tcp.release(), close(udp)])) };
    } catch {
      await tcp.release();
    }
  }
  throw new Broken('internal', 'could not find a port that is free for UDP and TCP');
}

async function close(socket: Server | Socket): Promise<void> {
  socket.close();
  await once(socket, 'close');
}
