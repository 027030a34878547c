// The API as a frontend reaches it: it must say that it can serve, and let nobody in without a token.
import * as z from 'zod';
import { PROBLEM_CODES } from '../../../shared/support/problem-details.ts';
import { fail, type Outcome, ok, skipped } from '../finding.ts';
import { askOutside, isPlainHttp, jsonIn, type OutsideAnswer, unreachedBy } from '../outside.ts';

/** A cold start, and the table's own timeout behind it. */
const ANSWER_TIMEOUT_MS = 12_000;
export const API_LIMIT_MS = 2 * ANSWER_TIMEOUT_MS + 2_000;
const UNAUTHORIZED = PROBLEM_CODES.unauthorized.status;
export const WITHOUT_PATH = 'GATE_API_URL is the address before /api, as the stack Api prints it';

const Well = z.object({ status: z.literal('ok') });

export async function checkApi({ apiUrl }: { apiUrl: string | null }): Promise<Outcome> {
  if (apiUrl === null) return skipped('GATE_API_URL is not set here: the public address of the API');
  try {
    const health = judgedHealth(await get(`${apiUrl}/api/health`));
    return health ?? judgedRefusal(await get(`${apiUrl}/api/gate/cameras`));
  } catch (error) {
    return apiUnreached(error);
  }
}

const get = (url: string) => askOutside(url, { method: 'GET', timeoutMs: ANSWER_TIMEOUT_MS });

/** Null when it is well. */
function judgedHealth({ status, problem, text }: OutsideAnswer): Outcome | null {
  if (status === 200) {
    if (Well.safeParse(jsonIn(text)).success) return null;
    return fail('200, and not from our API', `something else answers there: ${WITHOUT_PATH}`);
  }
  if (problem && status === 503) {
    return fail(
      `the API says that it cannot serve: ${problem.detail}`,
      'look at the table and at the function’s rights to it (cdk/runbook.md, API fails)',
    );
  }
  if (status === 404) return fail('404, and not from our API', WITHOUT_PATH);
  if (status >= 500) {
    return fail(`/api/health answers ${status}`, 'look at the function’s log (cdk/runbook.md, API fails)');
  }
  return fail(`/api/health answers ${status}, and not from our API`, `something else answers there: ${WITHOUT_PATH}`);
}

function judgedRefusal({ status, problem }: OutsideAnswer): Outcome {
  if (status === UNAUTHORIZED && problem?.code === 'unauthorized') {
    return ok('reached from here: it can serve, and without a token it refuses, as it must');
  }
  if (status >= 200 && status < 300) {
    return fail(
      'it answers without a token',
      'take it off the Internet now: something before it, or another program, lets everybody in',
    );
  }
  if (problem) {
    return fail(
      `without a token it answers ${status} ${problem.code}, not ${UNAUTHORIZED}`,
      'look at the function’s log (cdk/runbook.md, API fails)',
    );
  }
  return fail(
    `it can serve, and to a request without a token something else answers ${status}`,
    'does a proxy or an authorizer stand before it? The functions verify the token themselves: leave it out',
  );
}

export function apiUnreached(error: unknown): Outcome {
  const { why, code } = unreachedBy(error);
  if (isPlainHttp(code)) return fail(`TLS fails: ${code}`, 'it speaks plain HTTP there: look at the port, or say http');
  if (why === 'tls')
    return fail(`TLS fails: ${code}`, 'look at the certificate of the API’s domain: its name, its end');
  if (why === 'dns') return fail('its name is unknown to DNS', 'make the DNS record, or mend GATE_API_URL');
  if (why === 'refused') return fail('the connection is refused', 'look at GATE_API_URL: its name, its port, https');
  if (why === 'timeout') {
    return fail(
      'no answer in time',
      'may this machine speak to the Internet (HTTPS outwards)? Then look at GATE_API_URL',
    );
  }
  return fail(`it cannot be reached: ${code}`, 'look at GATE_API_URL and at this machine’s way to the Internet');
}
