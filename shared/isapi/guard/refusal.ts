import { type Challenge, parseChallenges } from '../challenge.ts';
import { readResponseStatus } from '../response-status.ts';
import { readUserCheck } from '../user-check.ts';
import type { LockNotice } from './row.ts';

/** All that one 401 says (ISAPI.md 2.4); a body that says nothing, an HTML page, is no error. */
export type Refusal = {
  challenges: Challenge[];
  /** The camera says that it is locked now: the right password would get 401 as well. */
  isLocked: boolean;
  /** The challenge says that the digest was right and only the nonce too old. */
  isStale: boolean;
  /** It calls the nonce old, by `stale` or in the body: the password was not judged. */
  isOldNonce: boolean;
  /** It judged the password. */
  isBadLogin: boolean;
  notice: LockNotice;
};

const SAYS_NOTHING = {
  isLocked: false,
  isOldNonce: false,
  isBadLogin: false,
  notice: { triesLeft: null, unlockSeconds: null },
};

export function readRefusal(authenticate: string | undefined, body: Uint8Array): Refusal {
  const challenges = parseChallenges(authenticate ?? '');
  const said = fromResponseStatus(body) ?? fromUserCheck(body) ?? SAYS_NOTHING;
  const isStale = challenges.some((challenge) => challenge.scheme === 'digest' && challenge.stale);
  return { ...said, challenges, isStale, isOldNonce: (said.isOldNonce || isStale) && !said.isLocked };
}

type Said = Omit<Refusal, 'challenges' | 'isStale'>;

function fromUserCheck(body: Uint8Array): Said | null {
  const check = readable(() => readUserCheck(body));
  if (check === null) return null;
  const { locked, triesLeft, unlockSeconds } = check;
  return { isLocked: locked, isOldNonce: false, isBadLogin: false, notice: { triesLeft, unlockSeconds } };
}

function fromResponseStatus(body: Uint8Array): Said | null {
  const status = readable(() => readResponseStatus(body));
  if (status === null) return null;
  const { locked, oldNonce, badLogin } = status;
  return { ...SAYS_NOTHING, isLocked: locked, isOldNonce: oldNonce, isBadLogin: badLogin };
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
