// The answer to a camera's RTSP challenge. Beside shared/isapi/digest.ts, because what RTSP signs is a whole URL, and
// digest-fetch signs only what begins with a slash.
import { createHash, randomBytes } from 'node:crypto';
import type { DigestChallenge } from '../../../shared/isapi/challenge.ts';
import type { Credentials } from '../../../shared/isapi/digest.ts';

const CNONCE_BYTES = 16;
/** A nonce is used once. */
const FIRST_USE = '00000001';

export type RtspDigestInput = {
  challenge: DigestChallenge;
  credentials: Credentials;
  method: string;
  /** Exactly as the request line has it, without credentials. */
  url: string;
};

/** The value of `Authorization`, in UTF-8 (RFC 2617; without qop, as cameras ask in RTSP, RFC 2069). */
export function answerRtspDigest({ challenge, credentials, method, url }: RtspDigestInput): string {
  const { realm, nonce, opaque, qop, algorithm } = challenge;
  const hash = (text: string) =>
    createHash(algorithm.startsWith('SHA-256') ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const cnonce = randomBytes(CNONCE_BYTES).toString('hex');
  const account = hash(`${credentials.user}:${realm}:${credentials.password.reveal()}`);
  const key = algorithm.endsWith('-sess') ? hash(`${account}:${nonce}:${cnonce}`) : account;
  const request = hash(`${method}:${url}`);
  const counted = qop === null ? '' : `${FIRST_USE}:${cnonce}:${qop}:`;
  const response = hash(`${key}:${nonce}:${counted}${request}`);
  return [
    `Digest username="${credentials.user}", realm="${realm}", nonce="${nonce}", uri="${url}", response="${response}"`,
    ...(opaque === null ? [] : [`opaque="${opaque}"`]),
    // Not said where MD5 goes without saying: old firmware knows no such field.
    ...(algorithm === 'MD5' ? [] : [`algorithm=${algorithm}`]),
    ...(qop === null ? [] : [`qop=${qop}, nc=${FIRST_USE}, cnonce="${cnonce}"`]),
  ].join(', ');
}
