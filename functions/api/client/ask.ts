// One request of the client: the token of the moment, the time it may take, and what comes back, told apart.
import { GateProblem, problemIn } from './gate-problem.ts';

/** The slowest answers are a lens that moves for 5 s, and a function's own limit of 29 s. */
const TIMEOUT_MS = 35_000;

export type How = { signal?: AbortSignal };
export type Asked = {
  method: string;
  path: string;
  needsToken: boolean;
  query?: Record<string, string | number | undefined>;
  body?: object;
};

/**
 * Each throws GateProblem for an answer that is no success, and what `fetch` throws when there is none: a TypeError, or
 * the reason of the signal.
 */
export type Ask = {
  json<Answer>(asked: Asked, how?: How): Promise<Answer>;
  picture(asked: Asked, how?: How): Promise<Blob>;
  nothing(asked: Asked, how?: How): Promise<void>;
};

export type GateClientOptions = {
  /** Where the gate's API is, without `/api`: the deployment's `ApiUrl`, or http://127.0.0.1:8787 of `npm start`. */
  baseUrl: string;
  /** Asked before each request, so that it may renew the token. */
  token: () => Promise<string>;
  /** In place of the global one. */
  fetch?: (request: Request) => Promise<Response>;
};

export function asking({ baseUrl, token, fetch = (request) => globalThis.fetch(request) }: GateClientOptions): Ask {
  async function answered(asked: Asked, { signal }: How = {}): Promise<Response> {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const request = new Request(urlOf(baseUrl, asked), {
      method: asked.method,
      headers: {
        ...(asked.needsToken && { Authorization: `Bearer ${await token()}` }),
        ...(asked.body && { 'Content-Type': 'application/json' }),
      },
      ...(asked.body && { body: JSON.stringify(asked.body) }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const response = await fetch(request);
    if (!response.ok) throw new GateProblem(await problemIn(response, asked.path), retryAfter(response));
    return response;
  }

  return {
    // Not looked into: the API's tests hold its answers to the document that the types are made of.
    json: async (asked, how) => JSON.parse(await (await answered(asked, how)).text()),
    picture: async (asked, how) => (await answered(asked, how)).blob(),
    nothing: async (asked, how) => {
      await answered(asked, how);
    },
  };
}

function urlOf(baseUrl: string, { path, query = {} }: Asked): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return `${baseUrl.replace(/\/+$/, '')}${path}${search.size === 0 ? '' : `?${search}`}`;
}

function retryAfter(response: Response): number | null {
  const seconds = response.headers.get('Retry-After');
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) : null;
}
