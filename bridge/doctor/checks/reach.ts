// Whether a port takes a connection at all, and if not, whose fault that is.
import { connect } from 'node:net';
import type { Clock } from '../../../shared/support/clock.ts';
import { fail, type Outcome, ok } from '../finding.ts';

const CONNECT_TIMEOUT_MS = 5_000;
export const REACH_LIMIT_MS = CONNECT_TIMEOUT_MS + 2_000;

type Reach = 'open' | 'refused' | 'timeout' | 'unknown-name' | 'no-dns' | 'no-way' | 'broken';

type ReachDependencies = { host: string; port: number; clock: Clock };

export async function reach({ host, port, clock }: ReachDependencies): Promise<{ reach: Reach; tookMs: number }> {
  const begunAt = clock.now();
  const result = await new Promise<Reach>((resolve) => {
    const socket = connect({ host, port });
    const done = new AbortController();
    const end = (what: Reach) => {
      done.abort();
      socket.destroy();
      resolve(what);
    };
    clock.sleep(CONNECT_TIMEOUT_MS, done.signal).then(
      () => end('timeout'),
      () => {},
    );
    socket.once('connect', () => end('open'));
    socket.once('error', (error) => end(meaningOf('code' in error ? error.code : undefined)));
  });
  return { reach: result, tookMs: clock.now() - begunAt };
}

function meaningOf(code: unknown): Reach {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ENOTFOUND') return 'unknown-name';
  if (code === 'EAI_AGAIN') return 'no-dns';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EHOSTDOWN') return 'no-way';
  return 'broken';
}

type Port = { host: string; port: number; name: 'HTTP' | 'RTSP'; setting: string };

export async function checkPort({ host, port, name, setting }: Port, clock: Clock): Promise<Outcome> {
  const found = await reach({ host, port, clock });
  const place = `${host}:${port}`;
  if (found.reach === 'open') return ok(`${place} answers after ${found.tookMs} ms`);
  const [seen, change] = WORDS[found.reach];
  return fail(`${place} ${seen}`, change.replace('NAME', name).replace('PORT', setting));
}

/** The router sits between: who refuses is reached, who says nothing may be anybody (camera-guide.md, the ports). */
const WORDS: Record<Exclude<Reach, 'open'>, readonly [seen: string, change: string]> = {
  refused: [
    'refuses the connection',
    'somebody is there and no NAME server: is this port forwarded to the camera, and is it the one set there? See PORT',
  ],
  timeout: [
    'does not answer',
    'is the camera on, the address still its own, and this port (PORT) forwarded by the router to the camera’s NAME port?',
  ],
  'unknown-name': ['is no name that DNS knows', 'look at the host name for a typing mistake, or use the address'],
  'no-dns': ['is a name, and DNS does not answer', 'is this machine’s own network up, and its DNS server?'],
  'no-way': [
    'cannot be reached from this machine',
    'there is no route: is this machine’s own network up, and the line or the VPN to the gate?',
  ],
  broken: ['takes no connection', 'look at the address and the port (PORT) for a mistake'],
};
