// The answer to a challenge. digest-fetch computes it; it never sends: its own loop can spend two logins in one call.
import { randomBytes } from 'node:crypto';
import { DigestClient } from 'digest-fetch';
import { Rejected } from '../support/errors.ts';
import type { Secret } from '../support/secret.ts';
import type { DigestChallenge } from './challenge.ts';

const CNONCE_BYTES = 16;
/** Only there so that digest-fetch finds the path behind it; it is not part of the answer. */
const ANY_ORIGIN = 'http://camera';

export type Credentials = { user: string; password: Secret };
/** `path` with its query, exactly as it is sent; `use` counts the uses of this nonce from 1. */
export type DigestInput = {
  challenge: DigestChallenge;
  credentials: Credentials;
  method: string;
  path: string;
  use: number;
};

/**
 * The value of `Authorization`, ready for node:http.
 * @throws Rejected `camera_refused` when digest-fetch gives no answer
 */
export function answerDigest({ challenge, credentials, method, path, use }: DigestInput): string {
  const { realm, nonce, opaque, qop, algorithm } = challenge;
  const client = new DigestClient(credentials.user, credentials.password.reveal(), { algorithm });
  client.parseAuth(`Digest realm="", nonce=""${qop === null ? '' : `, qop="${qop}"`}`);
  // Its parser strips blanks from nonces and finds names inside values, its counter is decimal, its cnonce guessable.
  Object.assign(client.digest, {
    realm,
    nonce,
    opaque,
    nc: use.toString(16),
    cnonce: randomBytes(CNONCE_BYTES).toString('hex'),
  });
  const { headers } = client.addAuth(ANY_ORIGIN + path, { method });
  const answer: unknown = headers.Authorization;
  if (typeof answer !== 'string') throw new Rejected('camera_refused', 'could not answer the challenge: no digest');
  // The form without qop has neither counter nor cnonce (RFC 2069), but digest-fetch always writes them.
  const exact = qop === null ? answer.replace(/,nc=[0-9a-f]+,cnonce="[0-9a-f]+"$/, '') : answer;
  return Buffer.from(exact, 'utf8').toString('latin1');
}

/** Sent only to a camera that offers nothing else and whose configuration allows it. */
export function answerBasic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password.reveal()}`, 'utf8').toString('base64')}`;
}
