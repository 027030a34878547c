import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DigestAlgorithm, type DigestChallenge, parseChallenges } from '../../../shared/isapi/challenge.ts';
import { answerDigest } from '../../../shared/isapi/digest.ts';
import { Secret } from '../../../shared/support/secret.ts';
import { expectedResponse, readAuthorization } from '../../../test/camera/auth/authorization.ts';
import { answerRtspDigest } from './rtsp-digest.ts';

const credentials = { user: 'Mufasa', password: new Secret('CircleOfLife') };
const challengeOf = (changes: Partial<DigestChallenge> = {}): DigestChallenge => ({
  scheme: 'digest',
  realm: 'testrealm@host.com',
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  opaque: null,
  qop: null,
  algorithm: 'MD5',
  stale: false,
  ...changes,
});

test('the example of RFC 2069 gives the digest of its errata', () => {
  const answer = answerRtspDigest({ challenge: challengeOf(), credentials, method: 'GET', url: '/dir/index.html' });
  expect(answer).toContain('response="1949323746fe6a43ef61f9606e7febea"');
  expect(answer).not.toMatch(/qop|nc=|cnonce|opaque|algorithm/);
});

test('a camera’s challenge is answered for the whole URL, with what has to be given back', () => {
  const header = 'Digest realm="IP Camera(C2183)", domain="::", nonce="ab:12", opaque="", stale="FALSE"';
  const [challenge] = parseChallenges(header);
  if (challenge?.scheme !== 'digest') throw new Error('no digest was offered');
  const answer = answerRtspDigest({ challenge, credentials, method: 'DESCRIBE', url: 'rtsp://203.0.113.7:554/x?y=1' });
  expect(answer).toContain('realm="IP Camera(C2183)", nonce="ab:12", uri="rtsp://203.0.113.7:554/x?y=1"');
  expect(answer).toContain('opaque=""');
});

test.each<[DigestAlgorithm, 'auth' | null]>([
  ['MD5', null],
  ['MD5', 'auth'],
  ['SHA-256', null],
  ['SHA-256', 'auth'],
])('%s with qop %s is what a camera works out itself', (algorithm, qop) => {
  const challenge = challengeOf({ algorithm, qop });
  const sent = readAuthorization(answerRtspDigest({ challenge, credentials, method: 'DESCRIBE', url: 'rtsp://a/b' }));
  if (sent.scheme !== 'digest') throw new Error('no digest was sent');
  const password = credentials.password.reveal();
  const right = expectedResponse(sent.fields, 'DESCRIBE', password, algorithm === 'MD5' ? 'MD5' : 'SHA-256');
  expect(sent.fields.response).toBe(right);
});

test('where both can sign, it signs as requests by HTTP are signed', () => {
  const text = fc.string({ unit: fc.constantFrom(...'abcXYZ019 (){}äß大-_.:'), minLength: 1, maxLength: 20 });
  const response = (answer: string) => /response="([0-9a-f]+)"/.exec(answer)?.[1];
  fc.assert(
    fc.property(
      text,
      text,
      text,
      fc.constantFrom<DigestAlgorithm>('MD5', 'SHA-256'),
      (realm, nonce, word, algorithm) => {
        const challenge = challengeOf({ realm, nonce, algorithm });
        const account = { user: 'operator', password: new Secret(word) };
        const byHttp = answerDigest({ challenge, credentials: account, method: 'GET', path: '/a?b=c', use: 1 });
        const byRtsp = answerRtspDigest({ challenge, credentials: account, method: 'GET', url: '/a?b=c' });
        expect(response(byRtsp)).toBe(response(byHttp));
      },
    ),
  );
});
