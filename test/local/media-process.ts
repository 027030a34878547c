// The real media process, with whichever MediaMTX there is, on ports that are free.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type StartedProcess, startProcess } from './started-process.ts';

const MAIN = fileURLToPath(new URL('../../bridge/media/main.ts', import.meta.url));
const ANY_PORT = '0';
const ON_THIS_MACHINE = {
  GATE_DOOR_PORT: ANY_PORT,
  GATE_HOOK_PORT: ANY_PORT,
  GATE_RTSP_PORT: ANY_PORT,
  GATE_WEBRTC_PORT: ANY_PORT,
  GATE_WEBRTC_HOSTS: '127.0.0.1',
  GATE_MEDIAMTX_WEBRTC_PORT: ANY_PORT,
  GATE_MEDIAMTX_HLS_PORT: ANY_PORT,
  GATE_MEDIAMTX_API_PORT: ANY_PORT,
};

export type MediaProcess = StartedProcess & { doorPort: number; rtspPort: number };

export async function startMedia(env: Record<string, string>, logFile: string): Promise<MediaProcess> {
  const media = await startProcess({ name: 'media', main: MAIN, env: { ...ON_THIS_MACHINE, ...env }, logFile });
  return { ...media, doorPort: Number(media.started.doorPort), rtspPort: Number(media.started.rtspPort) };
}

/** Free when it was looked for. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
