// The viewers by HLS of the newer line: each has a secret that stands in the query of all its addresses.
import { randomUUID } from 'node:crypto';
import type { Access } from '../auth/hook.ts';
import type { Request } from '../http/front.ts';
import { type Print, under } from '../log/printer.ts';
import type { Reader } from '../paths/path.ts';
import type { Joined, PathManager } from '../paths/path-manager.ts';

const IDLE_MS = 30_000;
const IDLE_CHECK_MS = 1_000;

export type HlsSession = {
  readonly id: string;
  readonly secret: string;
  readonly path: string;
  readonly query: string;
  readonly userAgent: string;
  readonly remoteAddress: string;
  readonly createdAt: number;
};
type Open = HlsSession & { ip: string; lastRequestAt: number; end(reason: string): void };

export type HlsSessions = {
  /** Asks the hook, and waits for the path. */
  open(access: Access, remoteAddress: string): Promise<HlsSession>;
  /** Whether the request carries the secret of one who opened this path from this address. */
  has(request: Request, path: string): boolean;
  list(): HlsSession[];
  kick(id: string): boolean;
  closeAll(path: string, reason: string): void;
  stop(): void;
};

export function createHlsSessions({ paths, print }: { paths: PathManager; print: Print }): HlsSessions {
  const sessions = new Map<string, Open>();
  const idle = setInterval(() => {
    for (const session of sessions.values()) if (Date.now() - session.lastRequestAt >= IDLE_MS) session.end('inactive');
  }, IDLE_CHECK_MS);

  async function open(access: Access, remoteAddress: string): Promise<HlsSession> {
    const id = randomUUID();
    const secret = randomUUID();
    const printed = under(print, `[session ${id.slice(0, 8)}]`);
    printed('INF', `created by ${remoteAddress}`);
    const reader: Reader = { type: 'hlsSession', id, close: () => session.end('muxer destroyed') };
    const { path, stream }: Joined = await paths.addReader(reader, { ...access, id });
    const unsubscribe = stream.subscribe({ isCounted: true });
    printed('INF', `is reading from muxer '${access.path}'`);
    const session: Open = {
      id,
      secret,
      path: access.path,
      query: access.query,
      userAgent: access.userAgent,
      remoteAddress,
      createdAt: Date.now(),
      ip: access.ip,
      lastRequestAt: Date.now(),
      end(reason) {
        if (!sessions.delete(secret)) return;
        unsubscribe();
        path.removeReader(reader);
        printed('INF', `closed: ${reason}`);
      },
    };
    sessions.set(secret, session);
    return session;
  }

  return {
    open,
    has({ query, ip, headers }, path) {
      const [, cookie] = /(?:^|; )hlsSession=([^;]+)/.exec(headers.cookie ?? '') ?? [];
      const session = sessions.get(cookie ?? query.get('session') ?? '');
      if (session === undefined || session.path !== path || session.ip !== ip) return false;
      session.lastRequestAt = Date.now();
      return true;
    },
    list: () => [...sessions.values()],
    kick(id) {
      const session = [...sessions.values()].find((candidate) => candidate.id === id);
      session?.end('kicked');
      return session !== undefined;
    },
    closeAll(path, reason) {
      for (const session of sessions.values()) if (session.path === path) session.end(reason);
    },
    stop: () => clearInterval(idle),
  };
}
