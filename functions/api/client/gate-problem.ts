import type { Problem } from './schemas.ts';

/** What API Gateway answers itself is no problem document: its throttles and limits, a function that did not answer. */
const GATEWAY_CODES: Record<number, Problem['code']> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  429: 'rate_limited',
};

/** `holder` and `heldForMs` come with `conflict`: who moves the lens, and for how long yet. */
export type ToldProblem = Problem & { holder?: string; heldForMs?: number };

/** An answer that is no success. Decide by `problem.code`; the message is for people. */
export class GateProblem extends Error {
  override readonly name = 'GateProblem';
  readonly problem: ToldProblem;
  /** When to ask again; null where the API does not say, or may not be asked again at all. */
  readonly retryAfterSeconds: number | null;

  constructor(problem: ToldProblem, retryAfterSeconds: number | null) {
    super(`${problem.title}: ${problem.detail}`);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What the answer says, or the nearest to it where it comes from something else than the API. */
export async function problemIn(response: Response, path: string): Promise<ToldProblem> {
  const said: unknown = await response.json().catch(() => null);
  if (isProblem(said)) return said;
  return {
    type: 'about:blank',
    title: 'The gate’s API did not answer',
    status: response.status,
    code: GATEWAY_CODES[response.status] ?? 'internal',
    detail: `something before it answered ${response.status}`,
    instance: path,
  };
}

function isProblem(said: unknown): said is ToldProblem {
  if (typeof said !== 'object' || said === null) return false;
  return (['type', 'title', 'code', 'detail'] as const).every((name) => typeof Object(said)[name] === 'string');
}
