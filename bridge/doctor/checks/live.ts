// The door for viewers as the world sees it: without a token it must refuse in its own words, which proves name, TLS,
// proxy prefix and door at once. With a token, a real offer.
import { PROBLEM_CODES } from '../../../shared/support/problem-details.ts';
import type { Secret } from '../../../shared/support/secret.ts';
import type { StreamName } from '../../../shared/video/stream-name.ts';
import { fail, type Outcome, ok, skipped, warn } from '../finding.ts';
import { askOutside, type OutsideAnswer, unreachedBy } from '../outside.ts';
import { OFFER } from './offer.ts';

/** A refusal comes at once; an offer waits for the camera's first picture. */
const REFUSAL_TIMEOUT_MS = 8_000;
const OFFER_TIMEOUT_MS = 25_000;
export const LIVE_LIMIT_MS = REFUSAL_TIMEOUT_MS + OFFER_TIMEOUT_MS + 10_000;
const UNAUTHORIZED = PROBLEM_CODES.unauthorized.status;
const CREATED = 201;

type LiveDependencies = { liveUrl: string | null; stream: StreamName; token: Secret | null };

export async function checkLive({ liveUrl, stream, token }: LiveDependencies): Promise<Outcome> {
  if (liveUrl === null) return skipped('GATE_LIVE_URL is not set here: the public address of live video');
  const url = `${liveUrl}/${stream}/whep`;
  let refusal: OutsideAnswer;
  try {
    refusal = await post(url, { timeoutMs: REFUSAL_TIMEOUT_MS });
  } catch (error) {
    return unreached(error);
  }
  const verdict = judgedRefusal(refusal);
  if (verdict.status !== 'ok' || token === null) return verdict;
  try {
    return await offered(url, token);
  } catch (error) {
    return unreached(error);
  }
}

function post(url: string, { token, timeoutMs }: { token?: Secret; timeoutMs: number }): Promise<OutsideAnswer> {
  const login = token === undefined ? {} : { Authorization: `Bearer ${token.reveal()}` };
  const headers = { 'Content-Type': 'application/sdp', ...login };
  return askOutside(url, { method: 'POST', headers, body: OFFER, timeoutMs });
}

function judgedRefusal({ status, problem }: OutsideAnswer): Outcome {
  if (status === UNAUTHORIZED && problem) return ok('reached from here: without a token it refuses, as it must');
  if (status >= 200 && status < 300) {
    return fail(
      'it lets a viewer in without a token',
      'take it off the Internet now: this is not our door but MediaMTX itself',
    );
  }
  if (problem)
    return fail(`the door answers ${status} ${problem.code}`, 'is this camera among those of the media process?');
  if (status === 404)
    return fail(
      '404, and not from our door',
      'the proxy’s path is another: compare GATE_LIVE_URL with its configuration',
    );
  if (status >= 502 && status <= 504) {
    return fail(
      `the proxy answers ${status}: no door behind it`,
      'start the media process, and compare GATE_DOOR_PORT with the proxy',
    );
  }
  return fail(`${status}, and not from our door`, 'something else answers there: look at GATE_LIVE_URL and the proxy');
}

async function offered(url: string, token: Secret): Promise<Outcome> {
  const answer = await post(url, { token, timeoutMs: OFFER_TIMEOUT_MS });
  if (answer.status === CREATED && answer.location) {
    const left = await whyLeftOpen(answer.location, url);
    const seen = 'reached from here; an offer with the token was answered';
    if (left === null) return ok(`${seen}, and its session closed again`);
    return warn(
      `${seen}, and its session not closed: ${left}`,
      'does the proxy pass DELETE on to the door, by its path?',
    );
  }
  const why = answer.problem ? `${answer.problem.code}: ${answer.problem.detail}` : String(answer.status);
  if (answer.status === UNAUTHORIZED)
    return warn(`the token is refused: ${why}`, 'take a fresh token of the configured issuer');
  return fail(
    `an offer with the token was not answered: ${why}`,
    'see video-sub and mediamtx above, and the media process’s log',
  );
}

/** Null when the session was closed. */
async function whyLeftOpen(location: string, url: string): Promise<string | null> {
  try {
    const session = new URL(location, url).href;
    const { status } = await askOutside(session, { method: 'DELETE', timeoutMs: REFUSAL_TIMEOUT_MS });
    return status >= 200 && status < 300 ? null : String(status);
  } catch (error) {
    return unreachedBy(error).code;
  }
}

function unreached(error: unknown): Outcome {
  const { why, code } = unreachedBy(error);
  if (why === 'tls') return fail(`TLS fails: ${code}`, 'look at the certificate: its name, its end, its chain');
  if (why === 'dns') return fail('its name is unknown to DNS', 'make the DNS record, or mend GATE_LIVE_URL');
  if (why === 'refused') return fail('the connection is refused', 'is the TLS proxy running on the VM?');
  if (why === 'timeout') return fail('no answer in time', 'is port 443 open in the security group, and the VM up?');
  return fail(`it cannot be reached: ${code}`, 'look at GATE_LIVE_URL, the proxy and the firewall');
}
