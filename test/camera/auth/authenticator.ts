// Decides about one request: let in, challenged, or a bad login that counts towards the lock (ISAPI.md 2.2 to 2.4).
import type { Answer } from '../resources/answer.ts';
import type { AuthOptions } from './auth-options.ts';
import { type DigestFields, expectedResponse, readAuthorization } from './authorization.ts';
import { challenge, shapeOf } from './challenge.ts';
import { createLockout } from './lockout.ts';
import { createNonces } from './nonces.ts';
import { invalidNonce, unauthorized } from './refusal-body.ts';

export type Knock = {
  method: string;
  url: string;
  address: string;
  authorization: string | undefined;
  /** RTSP has a challenge of its own; account, nonces and lock are the same. */
  isRtsp?: boolean;
};
export type Verdict = { let: 'in' } | { let: 'out'; answer: Answer; challenges: string[] };
export type LoginCounts = { good: number; bad: number; challenges: number };

export type Authenticator = {
  check(knock: Knock): Verdict;
  readonly logins: LoginCounts;
  setPassword(password: string): void;
  forgetNonces(): void;
  clearLock(): void;
};

type Account = { user: string; password: string };

export function createAuthenticator(account: Account, options: AuthOptions, now: () => number): Authenticator {
  const nameOf = (knock: Knock) => (knock.isRtsp ? options.rtspShape : options.shape);
  const lockout = createLockout({ lockAfter: options.lockAfter, lockSeconds: options.lockSeconds, now });
  const withTime = shapeOf(options.shape).recorder === true;
  const nonces = createNonces({ uses: options.nonceUses, boundToUrl: options.nonceBoundToUrl, withTime, now });
  const logins: LoginCounts = { good: 0, bad: 0, challenges: 0 };
  let password = account.password;

  function refuse(knock: Knock, stale = false): Verdict {
    const { address } = knock;
    const state = { secondsLocked: lockout.secondsLeft(address), triesLeft: lockout.triesLeft(address) };
    const challenges = challenge(nameOf(knock), { realm: options.realm, nonce: nonces.issue(knock.url), stale });
    return { let: 'out', answer: unauthorized(options.refusal, state), challenges };
  }

  function bad(knock: Knock): Verdict {
    logins.bad += 1;
    lockout.bad(knock.address);
    return refuse(knock);
  }

  function good(knock: Knock): Verdict {
    logins.good += 1;
    lockout.good(knock.address);
    return { let: 'in' };
  }

  function spent(knock: Knock): Verdict {
    const { body, challenge: offered, stale } = options.spentNonce;
    const refused = refuse(knock, stale);
    if (refused.let === 'in') return refused;
    const answer = body === 'invalidOperation' ? invalidNonce() : refused.answer;
    return { let: 'out', answer, challenges: offered ? refused.challenges : [] };
  }

  function isRight(fields: DigestFields, knock: Knock): boolean {
    const shape = shapeOf(nameOf(knock));
    const algorithm = shape.digests.find((d) => d.algorithm === (fields.algorithm.toUpperCase() || 'MD5'))?.algorithm;
    if (algorithm === undefined || fields.username !== account.user || fields.realm !== options.realm) return false;
    if (fields.uri !== knock.url || fields.qop !== (shape.qop ? 'auth' : '')) return false;
    return fields.response === expectedResponse(fields, knock.method, password, algorithm);
  }

  function check(knock: Knock): Verdict {
    const sent = readAuthorization(knock.authorization);
    if (sent.scheme === 'none') {
      logins.challenges += 1;
      return refuse(knock);
    }
    // While locked even the right password is refused, and every try is one more bad login.
    if (lockout.secondsLeft(knock.address) > 0) return bad(knock);
    if (sent.scheme === 'basic') {
      const right = shapeOf(nameOf(knock)).basic !== 'no' && sent.user === account.user && sent.password === password;
      return right ? good(knock) : bad(knock);
    }
    if (sent.scheme !== 'digest' || !isRight(sent.fields, knock)) return bad(knock);
    return nonces.spend(sent.fields.nonce, knock.url, sent.fields.nc) ? good(knock) : spent(knock);
  }

  return {
    check,
    logins,
    setPassword: (changed) => {
      password = changed;
    },
    forgetNonces: () => nonces.forget(),
    clearLock: () => lockout.clear(),
  };
}
