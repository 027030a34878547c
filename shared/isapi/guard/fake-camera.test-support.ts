// A small camera for these tests: it checks every digest with its own arithmetic and counts what reaches it.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach } from 'vitest';

const USER = 'admin';

export type FakeCameraOptions = {
  password?: string;
  /** Digest algorithms it accepts, in the order it offers them. */
  algorithms?: readonly ('MD5' | 'SHA-256' | 'MD5-sess' | 'SHA-256-sess')[];
  qop?: boolean;
  /** Offers Basic: beside Digest in one header, in two headers, or alone. */
  basic?: 'one-header' | 'two-headers' | 'only';
  realm?: string;
  /** Uses of one nonce before it is old. */
  usesPerNonce?: number;
  /** How it refuses an old nonce. */
  oldNonce?: 'stale' | 'operation' | 'operation-silent' | 'user-check' | 'user-check-silent' | 'web-page';
  /** A nonce serves only the URL that it was issued for. */
  nonceBoundToUrl?: boolean;
  /** Says `retryLoginTime` in its bodies, counting down from here. */
  tries?: number;
  /** Wrong logins after which it locks, telling so; the right password then is refused as well. */
  locksAfter?: number;
  unlockSeconds?: number;
  /** What it does with a request that is let in. */
  serve?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers before any login is looked at. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean;
};

type Nonce = { path: string; uses: number; lastCount: number };

export async function startFakeCamera(options: FakeCameraOptions = {}) {
  const settings: FakeCameraOptions & Required<Pick<FakeCameraOptions, 'password' | 'realm' | 'algorithms'>> = {
    password: 'right',
    realm: 'IP Camera(C2183)',
    algorithms: ['MD5'],
    ...options,
  };
  const nonces = new Map<string, Nonce>();
  const camera = {
    port: 0,
    settings,
    /** Each request in order: `-` without credentials, `A` let in, `old`, `bad`, `locked`, `basic`. */
    seen: [] as string[],
    badLogins: 0,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (settings.before?.(request, response)) return;
      const verdict = judge(request);
      camera.seen.push(verdict);
      if (verdict === 'A') return serve(request, response);
      if (verdict === 'bad' || verdict === 'basic') camera.badLogins += 1;
      refuse(request, response, verdict);
    });
  });

  function judge(request: IncomingMessage): string {
    const { authorization } = request.headers;
    if (authorization === undefined) return '-';
    if (isLocked()) return 'locked';
    if (authorization.startsWith('Basic ')) {
      const right = Buffer.from(`${USER}:${settings.password}`).toString('base64');
      return settings.basic === 'only' && authorization === `Basic ${right}` ? 'A' : 'basic';
    }
    const given = fieldsOf(authorization);
    const nonce = nonces.get(given.nonce ?? '');
    if (!nonce || given.response !== expected(request, given)) return 'bad';
    if (settings.nonceBoundToUrl && nonce.path !== request.url) return 'old';
    if (nonce.uses >= (settings.usesPerNonce ?? Number.POSITIVE_INFINITY)) return 'old';
    if (given.qop && Number.parseInt(given.nc ?? '', 16) !== nonce.lastCount + 1) return 'bad';
    nonce.uses += 1;
    nonce.lastCount += 1;
    return 'A';
  }

  function expected(request: IncomingMessage, given: Record<string, string>): string {
    const algorithm = given.algorithm ?? 'MD5';
    if (!settings.algorithms.some((offered) => offered === algorithm)) return 'not offered';
    const hash = (text: string) =>
      createHash(algorithm.startsWith('SHA') ? 'sha256' : 'md5')
        .update(text)
        .digest('hex');
    let key = hash(`${USER}:${settings.realm}:${settings.password}`);
    if (algorithm.endsWith('-sess')) key = hash(`${key}:${given.nonce}:${given.cnonce}`);
    const what = hash(`${request.method}:${request.url}`);
    if (settings.qop === false)
      return given.nc || given.cnonce ? 'unasked fields' : hash(`${key}:${given.nonce}:${what}`);
    return hash(`${key}:${given.nonce}:${given.nc}:${given.cnonce}:auth:${what}`);
  }

  function isLocked(): boolean {
    return camera.badLogins >= (settings.locksAfter ?? Number.POSITIVE_INFINITY);
  }

  function challenges(path: string, stale: boolean): string[] {
    const digests = settings.algorithms.map((algorithm) => {
      const nonce = `${randomBytes(8).toString('hex')}:1685267784756`;
      nonces.set(nonce, { path, uses: 0, lastCount: 0 });
      const qop = settings.qop === false ? '' : 'qop="auth", ';
      const realm = Buffer.from(settings.realm, 'utf8').toString('latin1');
      return `Digest ${qop}realm="${realm}", domain="::", nonce="${nonce}", opaque="", algorithm="${algorithm}", stale="${stale ? 'TRUE' : 'FALSE'}"`;
    });
    const basic = `Basic realm="${settings.realm}"`;
    if (settings.basic === 'only') return [basic];
    if (settings.basic === 'one-header') return [[basic, ...digests].join(', ')];
    return settings.basic === 'two-headers' ? [basic, ...digests] : digests;
  }

  function refuse(request: IncomingMessage, response: ServerResponse, verdict: string): void {
    const form = verdict === 'old' ? (settings.oldNonce ?? 'operation') : 'user-check';
    const silent = form.endsWith('-silent');
    if (!silent) response.setHeader('WWW-Authenticate', challenges(request.url ?? '', form === 'stale'));
    response.writeHead(401, { 'Content-Type': form === 'web-page' ? 'text/html' : 'application/xml' });
    if (form === 'web-page') response.end('<!DOCTYPE html><html><head><title>401</title></head></html>');
    else if (form.startsWith('operation')) response.end(responseStatus(4, 'invalidOperation'));
    else response.end(userCheck());
  }

  function userCheck(): string {
    const lock = `<lockStatus>${isLocked() ? 'lock' : 'unlock'}</lockStatus><unlockTime>${isLocked() ? (settings.unlockSeconds ?? 0) : 0}</unlockTime>`;
    const left =
      settings.tries === undefined ? '' : `<retryLoginTime>${settings.tries - camera.badLogins}</retryLoginTime>`;
    return `<?xml version="1.0" encoding="UTF-8" ?>\n<userCheck version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><statusValue>401</statusValue><statusString>Unauthorized</statusString>${lock}${left}</userCheck>`;
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    if (settings.serve) settings.serve(request, response);
    else response.writeHead(200, { 'Content-Type': 'application/xml' }).end(responseStatus(1, 'ok'));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address !== null && typeof address === 'object') camera.port = address.port;
  return camera;
}

export type FakeCamera = Awaited<ReturnType<typeof startFakeCamera>>;

/** Starts cameras that stop after each test of the file. */
export function useFakeCameras(): (options?: FakeCameraOptions) => Promise<FakeCamera> {
  let started: FakeCamera[] = [];
  afterEach(async () => {
    await Promise.all(started.map((camera) => camera.stop()));
    started = [];
  });
  return async (options) => {
    const camera = await startFakeCamera(options);
    started.push(camera);
    return camera;
  };
}

export function responseStatus(statusCode: number, subStatusCode: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><ResponseStatus version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"><requestURL></requestURL><statusCode>${statusCode}</statusCode><statusString>Said</statusString><subStatusCode>${subStatusCode}</subStatusCode></ResponseStatus>`;
}

function fieldsOf(authorization: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, name, quoted, bare] of authorization.matchAll(/(\w+)=(?:"([^"]*)"|([^,\s]*))/g)) {
    if (name) fields[name] = quoted ?? bare ?? '';
  }
  return fields;
}
