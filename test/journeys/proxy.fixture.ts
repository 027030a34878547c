// The shipped proxy configurations in the real nginx and the real Caddy, on loopback with a throw-away certificate, in
// front of a door that records what reaches it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { until } from './until.ts';

const SHIPPED = new URL('../../bridge/host/proxy/', import.meta.url);
const DOOR = '127.0.0.1:8880';
const CA_ARGUMENTS = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
const CA_NAMES = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,DNS:video.localhost'];

export type Recorded = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

export type FakeDoor = {
  address: string;
  requests: Recorded[];
  /** How the next requests are answered; 204 unless said. */
  answer: (request: Recorded, response: ServerResponse) => void;
  close(): Promise<void>;
};

export async function openFakeDoor(): Promise<FakeDoor> {
  const door: FakeDoor = { address: '', requests: [], answer: (_, response) => response.writeHead(204).end(), close };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The proxy has cut a body that was too large: no request.
      return;
    }
    const { method = '', url = '', headers } = request;
    const recorded = { method, url, headers, body: Buffer.concat(chunks).toString('latin1') };
    door.requests.push(recorded);
    door.answer(recorded, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  door.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function close(): Promise<void> {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
  return door;
}

export type Site = { folder: string; port: number; door: string };
export type ProxyKind = { name: string; command: string; start(site: Site): Promise<ChildProcess> };

export const nginx: ProxyKind = {
  name: 'nginx',
  command: 'nginx',
  start: async ({ folder, port, door }) => {
    const camera = (await shipped('nginx-camera.conf'))
      .replaceAll(DOOR, door)
      .replaceAll('/var/log/nginx/', `${folder}/`);
    await writeFile(join(folder, 'camera.conf'), camera);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/t;`);
    // The surroundings that a real site has: CORS headers of its own, and a rule that would catch HLS segments.
    const main = `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr;
      ${process.getuid?.() === 0 ? 'user root;' : ''}
      events {}
      http { access_log ${folder}/access.log; ${temporary.join(' ')}
        server { listen 127.0.0.1:${port} ssl http2; ssl_certificate tls.crt; ssl_certificate_key tls.key;
          add_header Access-Control-Allow-Origin "*" always;
          location ~ \\.(mp4|m3u8)$ { return 418; }
          include camera.conf; } }`;
    await writeFile(join(folder, 'nginx.conf'), main);
    return spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], piped());
  },
};

const SITE = '\tbind 127.0.0.1\n\ttls tls.crt tls.key';

export const caddy: ProxyKind = {
  name: 'Caddy',
  command: 'caddy',
  start: async ({ folder, port, door }) => {
    const file = (await shipped('Caddyfile'))
      .replace('{\n', '{\n\tadmin off\n\tauto_https off\n')
      .replace('gate.example.com {', `https://video.localhost:${port} {\n${SITE}`)
      .concat(`https://localhost:${port} {\n${SITE}\n${uncommented(await shipped('Caddyfile'))}\n}\n`);
    await writeFile(join(folder, 'Caddyfile'), file);
    await writeFile(join(folder, 'gate-camera.caddy'), await shipped('gate-camera.caddy'));
    const folders = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    const env = { ...process.env, ...folders, GATE_DOOR: door };
    const args = ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'];
    return spawn('caddy', args, { ...piped(), cwd: folder, env });
  },
};

const shipped = (name: string) => readFile(new URL(name, SHIPPED), 'utf8');
const piped = () => ({ stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] });

/** The prefix example, which the shipped file holds as a comment: it must work as it is written. */
function uncommented(caddyfile: string): string {
  const lines = caddyfile.split('\n').filter((line) => line.startsWith('# \t'));
  return lines.map((line) => line.slice(2)).join('\n');
}

export const isInstalled = ({ command }: ProxyKind) => spawnSync('which', [command]).status === 0;

export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string };
export type Asked = {
  method?: string;
  /** `localhost` unless said. */
  host?: string;
  headers?: Record<string, string>;
  body?: string;
  onChunk?: (text: string) => void;
};

export type TlsProxy = {
  /** `https://localhost:port` */
  url: string;
  /** Over TLS and HTTP/2, and over nothing else; `path` goes out as it is written. */
  ask(path: string, asked?: Asked): Promise<Answer>;
  stop(): Promise<void>;
  /** All that it has written (for certain once it has stopped): screen, access log, error logs. */
  logs(): Promise<string>;
  close(): Promise<void>;
};

export async function openProxy(kind: ProxyKind, door: Pick<FakeDoor, 'address'>): Promise<TlsProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-proxy-'));
  const [key, crt] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const made = spawnSync('openssl', [...CA_ARGUMENTS, ...CA_NAMES, '-keyout', key, '-out', crt]);
  if (made.status !== 0) throw new Error(`could not make a certificate: ${made.stderr}`);
  const certificate = await readFile(crt, 'utf8');
  const port = await freePort();
  const child = await kind.start({ folder, port, door: door.address });
  let screen = '';
  for (const output of [child.stdout, child.stderr]) output?.on('data', (text) => (screen += text));
  await until(`${kind.name} to listen`, () => {
    if (child.exitCode !== null) throw new Error(`${kind.name} ended: ${screen}`);
    return answers(port);
  });

  const written = once(child, 'close');
  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await written;
  }

  return {
    url: `https://localhost:${port}`,
    ask: (path, asked = {}) => askHttp2(path, asked, { port, certificate }),
    logs: async () => {
      const files = ['access.log', 'gate-camera.error.log'].map((name) =>
        readFile(join(folder, name), 'utf8').catch(() => ''),
      );
      return [screen, ...(await Promise.all(files))].join('\n');
    },
    stop,
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

type Towards = { port: number; certificate: string };

async function askHttp2(path: string, asked: Asked, { port, certificate }: Towards): Promise<Answer> {
  const { method = 'GET', host = 'localhost', headers = {}, body, onChunk } = asked;
  const tls = { host: '127.0.0.1', port, servername: host, ca: certificate, ALPNProtocols: ['h2'] };
  const session = connectHttp2(`https://${host}:${port}`, { createConnection: () => connectTls(tls) });
  try {
    await once(session, 'connect');
    const request = session.request(
      { ':method': method, ':path': path, ...headers },
      { endStream: body === undefined },
    );
    if (body !== undefined) request.end(body);
    const [answered] = await once(request, 'response');
    let text = '';
    request.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      onChunk?.(chunk);
    });
    await once(request, 'end');
    return { status: Number(answered[':status']), headers: answered, body: text };
  } finally {
    session.destroy();
  }
}
