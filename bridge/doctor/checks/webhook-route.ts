// The webhook's route from outside: an empty push, which stores nothing. Whoever sends it, our function must be what
// answers: 200 at the gate's own address, an empty 403 anywhere else.
import { fail, type Outcome, ok, skipped } from '../finding.ts';
import { askOutside, type OutsideAnswer } from '../outside.ts';
import { apiUnreached, WITHOUT_PATH } from './api.ts';

const ANSWER_TIMEOUT_MS = 12_000;
export const WEBHOOK_LIMIT_MS = ANSWER_TIMEOUT_MS + 2_000;
/** The seed's URL, with the slash that cameras are given. Without a token: where one is wanted, it is refused. */
const ROUTE = '/api/gate/anpr-event/';

export async function checkWebhookRoute({ apiUrl }: { apiUrl: string | null }): Promise<Outcome> {
  if (apiUrl === null) return skipped('GATE_API_URL is not set here: the public address of the API');
  try {
    const headers = { 'Content-Type': 'application/xml' };
    const question = { method: 'POST', headers, body: '', timeoutMs: ANSWER_TIMEOUT_MS } as const;
    const answer = await askOutside(`${apiUrl}${ROUTE}`, question);
    return isNotThere(answer) && apiUrl.endsWith('/api')
      ? fail(`the route is not there: ${answer.status}`, WITHOUT_PATH)
      : judged(answer);
  } catch (error) {
    return apiUnreached(error);
  }
}

function isNotThere({ status }: OutsideAnswer): boolean {
  return status === 404 || status === 405;
}

function judged(answer: OutsideAnswer): Outcome {
  const { status, text } = answer;
  if (status === 403 && text === '')
    return ok('answers from outside: it refuses this machine, which is not the camera');
  if (status === 200 && text === '') return ok('answers from outside: this machine has the camera’s address');
  if (status === 200) {
    return fail('200, and not from our webhook', 'something else answers there: look at GATE_API_URL');
  }
  if (status === 403) {
    return fail(
      '403, and not from our webhook',
      'does a firewall (WAF) stand before it? It must let the camera’s pushes through',
    );
  }
  if (isNotThere(answer)) {
    return fail(`the route is not there: ${status}`, `deploy the stack Ingest; ${ROUTE} is where cameras push`);
  }
  if (status >= 300 && status < 400) {
    return fail(
      `it redirects (${status}), and cameras do not follow`,
      'set GATE_API_URL to where it redirects, and the camera’s slot too',
    );
  }
  return fail(`it answers ${status}`, 'look at the function’s log (cdk/runbook.md, Webhook fails)');
}
