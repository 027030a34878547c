import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../support/secret.ts';
import type { DigestAlgorithm, DigestChallenge } from './challenge.ts';
import { answerDigest } from './digest.ts';

const credentials = { user: 'Mufasa', password: new Secret('Circle of Life') };
const challenge: DigestChallenge = {
  scheme: 'digest',
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
  qop: 'auth',
  algorithm: 'SHA-256',
  stale: false,
};

function fieldOf(header: string, name: string): string | undefined {
  return new RegExp(`[ ,]${name}=(?:"([^"]*)"|([^,]*))`)
    .exec(header)
    ?.slice(1)
    .find((value) => value !== undefined);
}

/** RFC 7616, section 3.4.1, written out by hand. */
function responseTo(given: DigestChallenge, answer: string, uri: string, password = 'Circle of Life'): string {
  const hash = (text: string) =>
    createHash(given.algorithm.startsWith('SHA') ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const cnonce = fieldOf(answer, 'cnonce');
  let key = hash(`Mufasa:${given.realm}:${password}`);
  if (given.algorithm.endsWith('-sess')) key = hash(`${key}:${given.nonce}:${cnonce}`);
  const what = hash(`GET:${uri}`);
  if (given.qop === null) return hash(`${key}:${given.nonce}:${what}`);
  return hash(`${key}:${given.nonce}:${fieldOf(answer, 'nc')}:${cnonce}:auth:${what}`);
}

describe('the answer to a challenge', () => {
  it('is right for every algorithm, realm, nonce, password and path', () => {
    const exact = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/["\\\p{Cc}]/u.test(text) && text.isWellFormed());
    const algorithm = fc.constantFrom<DigestAlgorithm>('MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess');
    const path = fc.webPath().map((text) => `/${text.replaceAll('//', '/x').replace(/^\//, '')}`);
    fc.assert(
      fc.property(exact, exact, algorithm, fc.boolean(), path, exact, (...given) => {
        const [realm, nonce, name, isCounted, uri, password] = given;
        const qop: DigestChallenge['qop'] = isCounted || name.endsWith('-sess') ? 'auth' : null;
        const asked = { ...challenge, realm, nonce, qop, algorithm: name };
        const user = { user: 'Mufasa', password: new Secret(password) };
        const wire = answerDigest({ challenge: asked, credentials: user, method: 'GET', path: uri, use: 1 });
        const answer = Buffer.from(wire, 'latin1').toString('utf8');
        expect(fieldOf(answer, 'realm')).toBe(realm);
        expect(fieldOf(answer, 'nonce')).toBe(nonce);
        expect(fieldOf(answer, 'uri')).toBe(uri);
        expect(fieldOf(answer, 'response')).toBe(responseTo(asked, answer, uri, password));
      }),
    );
  });

  it('counts uses in eight hex digits, with a new cnonce each', () => {
    const answers = [1, 10, 255].map((use) => answerDigest({ challenge, credentials, method: 'GET', path: '/', use }));
    expect(answers.map((answer) => fieldOf(answer, 'nc'))).toEqual(['00000001', '0000000a', '000000ff']);
    expect(new Set(answers.map((answer) => fieldOf(answer, 'cnonce'))).size).toBe(3);
  });

  it('gives opaque back only if there was one, and no counter without qop', () => {
    const plain = { ...challenge, opaque: null, qop: null };
    const answer = answerDigest({ challenge: plain, credentials, method: 'GET', path: '/', use: 1 });
    expect(answer).not.toMatch(/opaque|nc=|qop/);
    const empty = answerDigest({
      challenge: { ...challenge, opaque: '' },
      credentials,
      method: 'GET',
      path: '/',
      use: 1,
    });
    expect(empty).toContain('opaque=""');
  });
});
