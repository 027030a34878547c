// A nonce that was let in once saves the next request a round trip, where the camera allows it. What a camera allows is
// learned once and kept in its row, because each try that fails is a 401 (ISAPI.md 2.2: limits per nonce, per URL, none).
import type { Clock } from '../../support/clock.ts';
import type { DigestChallenge } from '../challenge.ts';
import type { NonceReuse } from './row.ts';

/** Beyond it a fresh challenge is cheaper than the 401 of an expired nonce. */
const MAX_NONCE_AGE_MS = 20_000;

export type NonceSession = {
  challenge: DigestChallenge;
  path: string;
  uses: number;
  begunAt: number;
  /** `retryLoginTime` in the body of the challenge: less in a later 401 means that the camera counted one. */
  triesLeft: number | null;
};

/** The session if it may serve `path` now, else null. */
export function reusable(
  session: NonceSession | null,
  path: string,
  reuse: NonceReuse,
  clock: Clock,
): NonceSession | null {
  if (session === null || reuse === 'never' || clock.now() - session.begunAt > MAX_NONCE_AGE_MS) return null;
  // Without qop there is no counter, with -sess the first cnonce stays in the key: not worth the risk.
  if (session.challenge.qop === null || session.challenge.algorithm.endsWith('-sess')) return null;
  if (session.path === path) return session;
  // Other URLs are tried once, after the nonce has proven good for its own.
  return reuse === 'same-url' || reuse === 'any-url' ? session : null;
}

/** What one reuse taught. A nonce called stale has merely aged, if such a use ever worked; else it never will. */
export function learned(
  reuse: NonceReuse,
  use: { isSameUrl: boolean; end: 'worked' | 'stale' | 'refused' },
): NonceReuse {
  const { isSameUrl, end } = use;
  const hasWorked = isSameUrl ? reuse !== 'untried' : reuse === 'any-url';
  if (end === 'worked') return isSameUrl ? (hasWorked ? reuse : 'same-url') : 'any-url';
  if (end === 'stale' && hasWorked) return reuse;
  return isSameUrl || hasWorked ? 'never' : 'same-url-only';
}
