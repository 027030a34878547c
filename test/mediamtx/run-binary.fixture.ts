// Runs a MediaMTX, real or not, with a configuration of the kind the bridge writes, on free ports of the loopback.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

const HOST = '127.0.0.1';
const START_MS = 15_000;

export type Ports = Record<'api' | 'metrics' | 'rtsp' | 'hls' | 'webrtc' | 'media', number>;
export type Line = { level: string; message: string };
export type RunningBinary = {
  ports: Ports;
  child: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  /** Resolves with the first message that fits, printed before or after. */
  printed(pattern: RegExp): Promise<string>;
  messages(): string[];
  api(path: string, init?: RequestInit): Promise<Response>;
  /** Replaces the configuration file as the bridge does: whole, by a rename. */
  rewrite(config: unknown): Promise<void>;
  /** The exit code, when it has gone. */
  exited: Promise<number | null>;
  /** SIGTERM. */
  stop(): Promise<number | null>;
};

export async function freePorts(): Promise<Ports> {
  const servers = Array.from({ length: 6 }, () => createServer().listen(0, HOST));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const found = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  const [api = 0, metrics = 0, rtsp = 0, hls = 0, webrtc = 0, media = 0] = found;
  return { api, metrics, rtsp, hls, webrtc, media };
}

export function testConfig(ports: Ports, { hookUrl, isNewer }: { hookUrl: string; isNewer: boolean }) {
  return {
    logStructured: true,
    authMethod: 'http',
    authHTTPAddress: hookUrl,
    authHTTPExclude: [{ action: 'api' }, { action: 'metrics' }],
    api: true,
    apiAddress: `${HOST}:${ports.api}`,
    apiAllowOrigins: [],
    metrics: true,
    metricsAddress: `${HOST}:${ports.metrics}`,
    rtspTransports: ['tcp'],
    rtspAddress: `${HOST}:${ports.rtsp}`,
    rtmp: false,
    srt: false,
    ...(isNewer ? { moq: false } : {}),
    hlsAddress: `${HOST}:${ports.hls}`,
    hlsMuxerCloseAfter: '3s',
    hlsAllowOrigins: [],
    webrtcAddress: `${HOST}:${ports.webrtc}`,
    webrtcAllowOrigins: [],
    webrtcLocalUDPAddress: `${HOST}:${ports.media}`,
    webrtcIPsFromInterfaces: false,
    webrtcAdditionalHosts: [HOST],
    webrtcHandshakeTimeout: '2s',
  };
}

export type RunOptions = { bin: string; folder: string; ports: Ports; config: unknown };

/** Resolves when it serves, or has ended before. */
export async function runBinary({ bin, folder, ports, config }: RunOptions): Promise<RunningBinary> {
  const own = await mkdtemp(join(folder, 'run-'));
  const path = join(own, 'mediamtx.yml');
  await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config));
  const child = spawn(bin, [path], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let watchers: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const watch of watchers) watch();
    });
  }
  const exited = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  const messages = () => output.split('\n').map(messageOf);
  const printed = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const found = messages().find((message) => pattern.test(message));
        if (found === undefined) return;
        watchers = watchers.filter((watch) => watch !== look);
        resolve(found);
      };
      watchers.push(look);
      look();
    });
  // Opened last, by both.
  const serving = printed(/^\[API\] (listener opened|started with listener)/);
  const tooLate = new Promise((_, reject) =>
    setTimeout(reject, START_MS, new Error(`did not start: ${output}`)).unref(),
  );
  await Promise.race([serving, exited, tooLate]);
  return {
    ports,
    child,
    output: () => output,
    messages,
    printed,
    exited,
    api: (apiPath, init) => fetch(`http://${HOST}:${ports.api}/v3/${apiPath}`, init),
    async rewrite(changed) {
      await writeFile(`${path}.new`, JSON.stringify(changed));
      await rename(`${path}.new`, path);
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      return exited;
    },
  };
}

function messageOf(line: string): string {
  try {
    const { message }: { message?: unknown } = JSON.parse(line);
    return typeof message === 'string' ? message : line;
  } catch {
    return line;
  }
}
