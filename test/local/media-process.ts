// The real media process, with whichever MediaMTX there is, on ports that are free.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type StartedProcess, startProcess } from './started-process.ts';

const MAIN = fileURLToPath(new URL('../../bridge/media/main.ts', import.meta.url));

export type MediaProcess = StartedProcess & { doorPort: number; hookPort: number; ports: MediaPorts };
/** MediaMTX does not say which port it took for 0, so free ones are looked for. */
export type MediaPorts = Awaited<ReturnType<typeof freePorts>>;

export async function startMedia(env: Record<string, string>, logFile: string): Promise<MediaProcess> {
  const ports = await freePorts();
  const loopback = { GATE_DOOR_PORT: '0', GATE_HOOK_PORT: '0', GATE_WEBRTC_HOSTS: '127.0.0.1', ...ports };
  const media = await startProcess({ name: 'media', main: MAIN, env: { ...loopback, ...env }, logFile });
  return { ...media, ports, doorPort: Number(media.started.doorPort), hookPort: Number(media.started.hookPort) };
}

async function freePorts() {
  const [rtsp, webrtc, hls, api, media] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  return {
    GATE_RTSP_PORT: String(rtsp),
    GATE_MEDIAMTX_WEBRTC_PORT: String(webrtc),
    GATE_MEDIAMTX_HLS_PORT: String(hls),
    GATE_MEDIAMTX_API_PORT: String(api),
    GATE_WEBRTC_PORT: String(media),
  };
}

/** Free when it was looked for. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
