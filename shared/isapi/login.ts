// One request to the camera with as much login as it asks for: none, a reused nonce, a fresh digest. Nothing with
// credentials leaves before a challenge came and the guard is armed; every 401 is told apart before the next byte goes.
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../support/clock.ts';
import { Busy, NeverSent, Rejected } from '../support/errors.ts';
import { type Challenge, chooseChallenge } from './challenge.ts';
import { answerBasic, answerDigest } from './digest.ts';
import type { Guard, Pass, Verdict } from './guard/guard.ts';
import { learned, type NonceSession, reusable } from './guard/nonce-session.ts';
import { type Refusal, readRefusal } from './guard/refusal.ts';
import type { NonceReuse } from './guard/row.ts';
import type { Patience } from './guard/turns.ts';
import { type CameraAddress, readBody, type Transport } from './transport.ts';

/** A 401's body is a hundred bytes; one that does not come soon is not worth the wait. */
const MAX_REFUSAL_BYTES = 64 * 1024;
const REFUSAL_TIMEOUT_MS = 3_000;

export type Exchange<T> = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  patience: Patience;
  /** What of an answer other than 401 belongs to the exchange; the next one waits for it. */
  read(response: IncomingMessage): Promise<T>;
};

export type LoginDependencies = {
  address: CameraAddress;
  allowBasic: boolean;
  guard: Guard;
  transport: Transport;
  clock: Clock;
};

type Answer<T> = PromiseSettledResult<T>;
/** `sent`: a request with credentials has left. */
type Tracked = Pass & { sent(): void };

/** @returns a function that runs one exchange; it throws what `Guard.pass`, `Transport.open` and `read` throw */
export function createLogin({ address, allowBasic, guard, transport, clock }: LoginDependencies) {
  let session: NonceSession | null = null;

  return async function exchange<T>(request: Exchange<T>): Promise<T> {
    const answer = await guard.pass<Answer<T>>(request.patience, (pass) => onceSent(pass, request));
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  };

  /** NeverSent is of one request; here it must be true of all that were tried with credentials. */
  async function onceSent<T>(pass: Pass, request: Exchange<T>): Promise<Verdict<Answer<T>>> {
    let wasSent = false;
    const sent = () => {
      wasSent = true;
    };
    try {
      return await attempt({ ...pass, sent }, request);
    } catch (error) {
      if (!(error instanceof NeverSent) || !wasSent) throw error;
      throw new Busy('camera_unreachable', error.message, { cause: error });
    }
  }

  async function attempt<T>(pass: Tracked, request: Exchange<T>): Promise<Verdict<Answer<T>>> {
    // An old nonce may be refused in words that leave open whether it was counted: only where one more is affordable.
    const reuse = pass.badLoginsLeft > 1 ? reusable(session, request.path, pass.nonceReuse, clock) : null;
    session = null;
    if (reuse === null) return attemptFresh(pass, request, { challenge: null, doubtful: 0, triesLeft: null });

    const isSameUrl = reuse.path === request.path;
    const response = await sendDigest(pass, request, reuse.challenge, reuse.uses + 1);
    if (response.statusCode !== 401) {
      session = { ...reuse, uses: reuse.uses + 1 };
      return answered(request, response, learned(pass.nonceReuse, { isSameUrl, end: 'worked' }));
    }
    const refusal = await refusalOf(response, request);
    const judgement = judgeReuse(refusal, reuse);
    if (judgement === 'bad_login') return refused(1, refusal);
    // One fresh try settles it; what the camera may have counted already is counted with it.
    const fresh = {
      challenge: chooseChallenge(refusal.challenges, { allowBasic }),
      doubtful: judgement === 'unclear' ? 1 : 0,
      triesLeft: refusal.notice.triesLeft,
    };
    const end = refusal.isStale ? 'stale' : 'refused';
    const nonceReuse = learned(pass.nonceReuse, { isSameUrl, end });
    return attemptFresh({ ...pass, nonceReuse }, request, fresh);
  }

  type Start = { challenge: Challenge | null; doubtful: number; triesLeft: number | null };

  async function attemptFresh<T>(pass: Tracked, request: Exchange<T>, start: Start): Promise<Verdict<Answer<T>>> {
    let { challenge, triesLeft, doubtful: logins } = start;
    for (;;) {
      if (challenge === null) {
        // With its body: a camera that asks for no login would take an empty PUT for the real one.
        const response = await send(request, {});
        if (response.statusCode !== 401) return answered(request, response, pass.nonceReuse);
        const refusal = await refusalOf(response, request);
        if (refusal.isLocked) return refused(0, refusal);
        triesLeft = refusal.notice.triesLeft;
        challenge = chooseChallenge(refusal.challenges, { allowBasic });
        if (challenge === null) throw noUsableLogin(refusal.challenges);
      }
      const response = await sendAnswer(pass, request, challenge);
      if (response.statusCode !== 401) {
        if (challenge.scheme === 'digest') {
          session = { challenge, path: request.path, uses: 1, begunAt: clock.now(), triesLeft };
        }
        return answered(request, response, pass.nonceReuse);
      }
      const refusal = await refusalOf(response, request);
      logins += 1;
      if (refusal.isLocked || !refusal.isOldNonce || logins >= pass.badLoginsLeft) return refused(logins, refusal);
      // Refused as old although just issued: once more, with the newest.
      challenge = chooseChallenge(refusal.challenges, { allowBasic });
    }
  }

  function sendAnswer<T>(pass: Tracked, request: Exchange<T>, challenge: Challenge): Promise<IncomingMessage> {
    if (challenge.scheme === 'digest') return sendDigest(pass, request, challenge, 1);
    return sendArmed(pass, request, answerBasic(pass.account));
  }

  function sendDigest<T>(
    pass: Tracked,
    request: Exchange<T>,
    challenge: Challenge & { scheme: 'digest' },
    use: number,
  ): Promise<IncomingMessage> {
    const { method, path } = request;
    return sendArmed(pass, request, answerDigest({ challenge, credentials: pass.account, method, path, use }));
  }

  async function sendArmed<T>(pass: Tracked, request: Exchange<T>, authorization: string): Promise<IncomingMessage> {
    await pass.arm();
    // Not given up halfway, not even by a shutdown: the camera judges the password either way, and only its answer tells.
    const { signal: _, ...patience } = request.patience;
    try {
      const response = await send({ ...request, patience }, { Authorization: authorization });
      pass.sent();
      return response;
    } catch (error) {
      if (!(error instanceof NeverSent)) pass.sent();
      throw error;
    }
  }

  async function send<T>(request: Exchange<T>, login: Record<string, string>): Promise<IncomingMessage> {
    const { method, path, headers, body, patience } = request;
    return transport.open({
      address,
      method,
      path,
      headers: { ...headers, ...login },
      ...(body === undefined ? {} : { body }),
      headerTimeoutMs: timeLeft(patience),
      ...(patience.signal ? { signal: patience.signal } : {}),
    });
  }

  function timeLeft({ until }: Patience): number {
    const left = until - clock.now();
    if (left > 0) return left;
    throw new NeverSent('camera_unreachable', `could not ask the camera at ${address.host}: it took too long`);
  }

  async function refusalOf<T>(response: IncomingMessage, { patience }: Exchange<T>): Promise<Refusal> {
    const timeoutMs = Math.min(REFUSAL_TIMEOUT_MS, Math.max(1, patience.until - clock.now()));
    // The status alone is a verdict; a body that does not arrive must not hide it.
    const body = await readBody(response, { maxBytes: MAX_REFUSAL_BYTES, timeoutMs }).catch(() => new Uint8Array());
    return readRefusal(response.headers['www-authenticate'], body);
  }
}

async function answered<T>(
  request: Exchange<T>,
  response: IncomingMessage,
  nonceReuse: NonceReuse,
): Promise<Verdict<Answer<T>>> {
  const [value] = await Promise.allSettled([request.read(response)]);
  return { kind: 'answered', value, nonceReuse };
}

function refused(logins: number, { isLocked, notice }: Refusal): Verdict<never> {
  return { kind: 'refused', logins, why: isLocked ? 'locked_by_camera' : 'bad_login', notice };
}

/** Did the camera judge the password, or only the nonce? (ISAPI.md 2.2) */
function judgeReuse(refusal: Refusal, session: NonceSession): 'bad_login' | 'old_nonce' | 'unclear' {
  if (refusal.isLocked || refusal.isBadLogin) return 'bad_login';
  if (refusal.isOldNonce) return 'old_nonce';
  const { triesLeft } = refusal.notice;
  if (triesLeft === null) return 'unclear';
  // Not fewer is no proof of innocence: the good login in between has filled the camera's counter up.
  if (session.triesLeft !== null) return triesLeft < session.triesLeft ? 'bad_login' : 'unclear';
  // A judged password comes with the next challenge; a spent nonce on some devices without one.
  return refusal.challenges.length > 0 ? 'bad_login' : 'unclear';
}

function noUsableLogin(challenges: Challenge[]): Rejected {
  const why = challenges.some(({ scheme }) => scheme === 'basic')
    ? 'it offers only Basic, which its configuration does not allow'
    : 'it offers no Digest that can be answered';
  return new Rejected('camera_refused', `could not log in to the camera: ${why}`);
}
