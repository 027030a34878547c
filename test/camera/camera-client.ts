// A plain client for tests of the simulated camera: one login, one answer, or one open alert stream.
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { type DigestFields, expectedResponse } from './auth/authorization.ts';
import type { DigestAlgorithm } from './auth/challenge.ts';
import type { SimulatedCamera } from './camera.ts';

export type Reply = { status: number; headers: IncomingHttpHeaders; challenges: string[]; body: Buffer };
export type Asked = { method?: string; body?: string; authorization?: string };

type At = Pick<SimulatedCamera, 'host' | 'port'>;
type Account = { user: string; password: string };

/** One request as it stands, without any login of its own. */
export async function ask(camera: At, path: string, asked: Asked = {}): Promise<Reply> {
  const response = await open(camera, path, asked);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { ...headOf(response), body: Buffer.concat(chunks) };
}

/** Fetches a challenge, answers it, and returns the second reply. */
export async function askLoggedIn(camera: At & Account, path: string, asked: Asked = {}): Promise<Reply> {
  const { challenges } = await ask(camera, path, asked);
  return ask(camera, path, { ...asked, authorization: answerTo(challenges[0] ?? '', camera, path, asked.method) });
}

/** An Authorization header for a digest challenge. */
export function answerTo(challenge: string, account: Account, uri: string, method = 'GET', nc = '00000001'): string {
  const value = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const algorithm: DigestAlgorithm = value('algorithm') === 'SHA-256' ? 'SHA-256' : 'MD5';
  const counted = value('qop') === '' ? { qop: '', nc: '', cnonce: '' } : { qop: 'auth', nc, cnonce: 'c0ffee' };
  const fields: DigestFields = {
    username: account.user,
    realm: value('realm'),
    nonce: value('nonce'),
    uri,
    algorithm: value('algorithm'),
    response: '',
    ...counted,
  };
  const response = expectedResponse(fields, method, account.password, algorithm);
  const sent = Object.entries({ ...fields, response }).filter(([, text]) => text !== '');
  return `Digest ${sent.map(([name, text]) => `${name}="${text}"`).join(', ')}`;
}

export type Listener = Reply & {
  /** Resolves with all bytes so far, once they hold `sought`. */
  until(sought: string | Buffer): Promise<Buffer>;
  /** `end` after a FIN, `aborted` after a RST or a FIN in the middle of a chunk. */
  ended: Promise<'end' | 'aborted'>;
  close(): void;
};

/** Opens the alert stream; `body` stays empty, `until` reads. */
export async function listen(camera: At & Account, path = '/ISAPI/Event/notification/alertStream'): Promise<Listener> {
  const { challenges } = await ask(camera, path);
  const response = await open(camera, path, { authorization: answerTo(challenges[0] ?? '', camera, path) });
  const ended = new Promise<'end' | 'aborted'>((resolve) => {
    response.once('end', () => resolve('end'));
    response.once('error', () => resolve('aborted'));
  });
  let seen = Buffer.alloc(0);
  response.on('data', (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk]);
  });
  return {
    ...headOf(response),
    body: Buffer.alloc(0),
    ended,
    async until(sought) {
      while (!seen.includes(sought)) await once(response, 'data');
      return seen;
    },
    close: () => response.destroy(),
  };
}

function open(
  { host, port }: At,
  path: string,
  { method = 'GET', body, authorization }: Asked,
): Promise<IncomingMessage> {
  const login = authorization === undefined ? {} : { authorization };
  // Without it Node would send a GET's body and never say that there is one.
  const headers = { ...login, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) };
  const sent = request({ host, port, path, method, headers, agent: false });
  sent.end(body);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.once('response', resolve);
  // After the response it comes too late to reject, and a connection that is reset then is told by the response.
  sent.on('error', reject);
  return promise;
}

function headOf(response: IncomingMessage) {
  const challenges = response.headersDistinct['www-authenticate'] ?? [];
  return { status: response.statusCode ?? 0, headers: response.headers, challenges };
}
