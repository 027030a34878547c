// One connection of MediaMTX to a camera: requests one after the other, interleaved frames in between.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Login, loginOf } from './rtsp-login.ts';
import { createRtspReader, type RtspFrame, type RtspMessage } from './rtsp-messages.ts';

const OK = 200;
const UNAUTHORIZED = 401;
const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export type RtspConnection = {
  /** @throws Error in MediaMTX's words, `bad status code: 404 (Not Found)` */
  request(method: string, url: string, headers?: Record<string, string>): Promise<RtspMessage>;
  /** Without waiting for the answer: keep-alive, TEARDOWN. */
  tell(method: string, url: string, headers?: Record<string, string>): void;
  /** Rejects when the connection ends; never resolves. */
  ended: Promise<never>;
  close(): void;
};

export type ConnectionDeps = {
  source: URL;
  timeoutMs: number;
  signal: AbortSignal;
  onFrame: (frame: RtspFrame) => void;
};

/** @throws Error in Go's words when the camera cannot be reached */
export async function connectRtsp({ source, timeoutMs, signal, onFrame }: ConnectionDeps): Promise<RtspConnection> {
  const port = Number(source.port || '554');
  const host = source.hostname.replace(/^\[|\]$/g, '');
  const socket = await dial(host, port, { timeoutMs, signal });
  const read = createRtspReader();
  const waiting = new Map<number, (message: RtspMessage) => void>();
  let cseq = 0;
  let login: Login | null = null;

  const ended = new Promise<never>((_, reject) => {
    socket.once('error', (error) => reject(new Error(goReadError(error, socket))));
    socket.once('close', () => reject(new Error('EOF')));
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const item of read(chunk)) take(item);
      } catch (error) {
        reject(error);
        socket.destroy();
      }
    });
  });
  // Whoever waits for an answer hears of the end; when nobody waits it is no unhandled rejection.
  ended.catch(() => undefined);

  function take(item: RtspMessage | RtspFrame): void {
    if (item.kind === 'frame') {
      onFrame(item);
      return;
    }
    const number = Number(item.headers.get('cseq'));
    waiting.get(number)?.(item);
    waiting.delete(number);
  }

  function tell(method: string, url: string, headers: Record<string, string> = {}): number {
    cseq += 1;
    const authorization = login === null ? {} : { Authorization: login(method, url) };
    const all = { CSeq: String(cseq), 'User-Agent': 'gortsplib', ...authorization, ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    if (!socket.destroyed) socket.write(`${method} ${url} RTSP/1.0\r\n${lines.join('')}\r\n`, 'latin1');
    return cseq;
  }

  async function ask(method: string, url: string, headers?: Record<string, string>): Promise<RtspMessage> {
    const number = tell(method, url, headers);
    const timer = new AbortController();
    const answered = new Promise<RtspMessage>((resolve) => waiting.set(number, resolve));
    const late = new Promise<never>((_, reject) => {
      const timeout = setTimeout(() => reject(new Error('request timed out')), timeoutMs);
      timer.signal.addEventListener('abort', () => clearTimeout(timeout));
    });
    try {
      return await Promise.race([answered, ended, late]);
    } finally {
      timer.abort();
    }
  }

  return {
    ended,
    // What was told last still goes out.
    close: () => socket.destroySoon(),
    tell: (method, url, headers) => void tell(method, url, headers),
    async request(method, url, headers) {
      let answer = await ask(method, url, headers);
      if (statusOf(answer) === UNAUTHORIZED && login === null) {
        login = loginOf(source, answer.headers.get('www-authenticate') ?? '');
        // The same request once more, with credentials: the one login of this connection.
        if (login !== null) answer = await ask(method, url, headers);
      }
      const status = statusOf(answer);
      if (status !== OK) throw new Error(`bad status code: ${status} (${REASONS[status] ?? 'unknown'})`);
      return answer;
    },
  };
}

function statusOf({ startLine }: RtspMessage): number {
  return Number(/^RTSP\/1\.0 (\d{3})/.exec(startLine)?.[1] ?? 0);
}

async function dial(
  host: string,
  port: number,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    await once(socket, 'connect', { signal: limit });
    return socket;
  } catch (error) {
    socket.destroy();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why: Record<string, string> = {
      ECONNREFUSED: 'connect: connection refused',
      EHOSTUNREACH: 'connect: no route to host',
      ECONNRESET: 'connect: connection reset by peer',
    };
    throw new Error(`dial tcp ${host}:${port}: ${why[code] ?? 'i/o timeout'}`, { cause: error });
  }
}

function goReadError(error: Error, { localPort, remoteAddress, remotePort }: Socket): string {
  const isReset = 'code' in error && error.code === 'ECONNRESET';
  if (!isReset) return error.message;
  return `read tcp 127.0.0.1:${localPort ?? 0}->${remoteAddress ?? ''}:${remotePort ?? 0}: read: connection reset by peer`;
}
