import type { ChallengeShape } from './challenge.ts';

/** What the camera says to a right response over a nonce that it no longer takes (ISAPI.md 2.2). */
export type SpentNonceAnswer = {
  body: 'userCheck' | 'invalidOperation';
  /** Some cameras refuse without offering a new challenge. */
  challenge: boolean;
  /** Whether that challenge says `stale="TRUE"`. */
  stale: boolean;
};

export type AuthOptions = {
  shape: ChallengeShape;
  /** By RTSP, where cameras leave out qop (ISAPI.md 2.2). */
  rtspShape: ChallengeShape;
  realm: string;
  /** Requests that one nonce is good for. */
  nonceUses: number;
  spentNonce: SpentNonceAnswer;
  /** New firmware refuses a nonce on another URL than the one it was given for. */
  nonceBoundToUrl: boolean;
  /** The form of the 401 body: all of `userCheck`, its first two elements, or a web page (ISAPI.md 2.4). */
  refusal: 'full' | 'minimal' | 'html';
  /** Bad logins of one address that lock it out, and for how long. */
  lockAfter: number;
  lockSeconds: number;
};

export const DEFAULT_AUTH: AuthOptions = {
  shape: 'md5',
  rtspShape: 'no-qop',
  realm: 'IP Camera(C2183)',
  nonceUses: Number.POSITIVE_INFINITY,
  spentNonce: { body: 'userCheck', challenge: true, stale: true },
  nonceBoundToUrl: false,
  refusal: 'full',
  lockAfter: 5,
  lockSeconds: 1800,
};
