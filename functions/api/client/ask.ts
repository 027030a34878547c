// One request of the client: the token of the moment, the time it may take, and what comes back, told apart.
import { GateProblem, problemIn } from './gate-problem.ts';
import { GateUnreachable } from './gate-unreachable.ts';

/** The slowest answers are a lens that moves for 5 s, and a function's own limit of 29 s. */
const TIMEOUT_MS = 35_000;
const NO_ANSWER = 'the gate’s API did not answer';
const UNREADABLE = 'its answer cannot be read: it breaks off, or comes from something else than the gate’s API';
const PICTURE_TYPE = /^image\/jpeg\s*(;|$)/i;

export type How = { signal?: AbortSignal };
export type Asked = {
  method: string;
  path: string;
  needsToken: boolean;
  query?: Record<string, string | number | undefined>;
  body?: object;
  /** Its answer is a list, in `items`. */
  isList?: boolean;
};

/**
 * Each throws GateProblem for an answer that is no success, GateUnreachable when there is none that can be read, the
 * reason of the caller's signal, and whatever `token()` throws.
 */
export type Ask = {
  json<Answer>(asked: Asked, how?: How): Promise<Answer>;
  picture(asked: Asked, how?: How): Promise<Blob>;
  nothing(asked: Asked, how?: How): Promise<void>;
};

type Read<Answer> = (response: Response) => Promise<Answer>;

export type GateClientOptions = {
  /** Where the gate's API is, with or without `/api`: the deployment's `ApiUrl`, or http://127.0.0.1:8787 of `npm start`. */
  baseUrl: string;
  /** Asked before each request, so that it may renew the token. */
  token: () => string | Promise<string>;
  /** In place of the global one. */
  fetch?: (request: Request) => Promise<Response>;
};

/** Throws TypeError where `baseUrl` can be no API's address; it is not repeated, for a password may be in it. */
export function asking({ baseUrl, token, fetch = (request) => globalThis.fetch(request) }: GateClientOptions): Ask {
  checkBaseUrl(baseUrl);

  async function answered<Answer>(asked: Asked, read: Read<Answer>, { signal }: How = {}): Promise<Answer> {
    const authorization = asked.needsToken ? authorizationOf(asked, await token()) : {};
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const response = await heard(asked, NO_ANSWER, signal, () =>
      fetch(
        new Request(urlOf(baseUrl, asked), {
          method: asked.method,
          headers: { ...authorization, ...(asked.body && { 'Content-Type': 'application/json' }) },
          ...(asked.body && { body: JSON.stringify(asked.body) }),
          signal: signal ? AbortSignal.any([signal, limit]) : limit,
        }),
      ),
    );
    if (!response.ok) throw new GateProblem(await problemIn(response, asked.path), retryAfter(response));
    return heard(asked, UNREADABLE, signal, () => read(response));
  }

  return {
    // Looked at no closer: the API's tests hold its answers to the document that the types are made of.
    json: (asked, how) =>
      answered(
        asked,
        async (response) => {
          const answer = JSON.parse(await response.text());
          if (!hasForm(answer, asked)) throw new TypeError('it answered with something else: JSON of another form');
          return answer;
        },
        how,
      ),
    picture: (asked, how) =>
      answered(
        asked,
        async (response) => {
          const isPicture = PICTURE_TYPE.test(response.headers.get('Content-Type') ?? '');
          if (!isPicture) throw new TypeError('it answered with something else: no image/jpeg');
          return response.blob();
        },
        how,
      ),
    nothing: (asked, how) => answered(asked, async () => {}, how),
  };
}

async function heard<Heard>(
  { method, path }: Asked,
  why: string,
  signal: AbortSignal | undefined,
  hear: () => Promise<Heard>,
): Promise<Heard> {
  try {
    return await hear();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new GateUnreachable(`${method} ${path}`, why, { cause });
  }
}

/** Apart from the request, since the platform's own error would repeat a token that no header can carry. */
function authorizationOf({ method, path }: Asked, token: string): Record<string, string> {
  if (typeof token !== 'string') throw new GateUnreachable(`${method} ${path}`, 'token() brought no token', {});
  const Authorization = `Bearer ${token.trim()}`;
  if (/^[\x20-\x7e]*$/.test(Authorization)) return { Authorization };
  throw new GateUnreachable(`${method} ${path}`, 'the token holds what no header can carry', {});
}

function checkBaseUrl(baseUrl: string): void {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError('could not make a gate client: baseUrl is no URL such as https://api.gate.example.com');
  }
  if (/[?#]/.test(baseUrl)) throw new TypeError('could not make a gate client: baseUrl has a query or a fragment');
  if (url.username || url.password) {
    throw new TypeError('could not make a gate client: baseUrl holds credentials; the token alone says who asks');
  }
}

function hasForm(answer: unknown, { isList }: Asked): boolean {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return false;
  return !isList || ('items' in answer && Array.isArray(answer.items));
}

function urlOf(baseUrl: string, { path, query = {} }: Asked): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  // Every path begins with /api itself; a host may be called api too.
  const root = baseUrl.replace(/\/+$/, '').replace(/(?<=^|[^/:])\/api$/, '');
  return `${root}${path}${search.size === 0 ? '' : `?${search}`}`;
}

function retryAfter(response: Response): number | null {
  const seconds = response.headers.get('Retry-After');
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) : null;
}
