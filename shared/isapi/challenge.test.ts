import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseChallenge, type DigestChallenge, parseChallenges } from './challenge.ts';

const noBasic = { allowBasic: false };
const digest = (over: Partial<DigestChallenge> = {}): DigestChallenge => ({
  scheme: 'digest',
  realm: 'r',
  nonce: 'n',
  opaque: null,
  qop: 'auth',
  algorithm: 'MD5',
  stale: false,
  ...over,
});

describe('challenges as cameras write them', () => {
  it.each([
    [
      'an IP camera',
      'Digest qop="auth", realm="IP Camera(C2183)", nonce="4e4452454e", stale="FALSE"',
      [digest({ realm: 'IP Camera(C2183)', nonce: '4e4452454e' })],
    ],
    [
      'a recorder, with a domain of colons and a colon in the nonce',
      'Digest realm="DS-7608NI", domain="::", qop="auth", nonce="300b7e88:1685267784756", opaque="", algorithm="MD5", stale="FALSE"',
      [digest({ realm: 'DS-7608NI', nonce: '300b7e88:1685267784756', opaque: '' })],
    ],
    [
      'Digest and Basic in one value',
      'Digest realm="a, Basic b", nonce="n", qop="auth", Basic realm="a, b"',
      [digest({ realm: 'a, Basic b' }), { scheme: 'basic' }],
    ],
    ['Basic first', 'Basic realm="x", Digest realm="r", nonce="n", qop="auth"', [{ scheme: 'basic' }, digest()]],
    ['no qop', 'Digest realm="r", nonce="n"', [digest({ qop: null })]],
    ['several qops', 'Digest realm="r", nonce="n", qop="auth-int,auth"', [digest()]],
    ['unquoted stale', 'Digest realm=r,nonce=n,qop=auth,stale=true', [digest({ stale: true })]],
    ['quoted upper-case stale', 'digest REALM="r", Nonce="n", QOP="AUTH", stale="TRUE"', [digest({ stale: true })]],
    ['blanks kept in the realm', 'Digest realm=" a  b ", nonce="n", qop="auth"', [digest({ realm: ' a  b ' })]],
    [
      'a realm in UTF-8',
      `Digest realm="${Buffer.from('大门', 'utf8').toString('latin1')}", nonce="n", qop="auth"`,
      [digest({ realm: '大门' })],
    ],
    [
      'a quoted algorithm in small letters',
      'Digest realm="r", nonce="n", qop="auth", algorithm="sha-256"',
      [digest({ algorithm: 'SHA-256' })],
    ],
    ['another scheme before', 'Negotiate, Digest realm="r", nonce="n", qop="auth"', [digest()]],
  ])('%s', (_, header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });

  it.each([
    ['only auth-int', 'Digest realm="r", nonce="n", qop="auth-int"'],
    ['an unknown algorithm', 'Digest realm="r", nonce="n", algorithm="SHA-3"'],
    ['no nonce', 'Digest realm="r", qop="auth"'],
    ['an empty nonce', 'Digest realm="r", nonce=""'],
    ['no realm', 'Digest nonce="n"'],
    ['an open quote', 'Digest realm="r, nonce=n'],
    ['two nonces', 'Digest realm="r", nonce="a", nonce="b"'],
    ['a quote inside the realm', 'Digest realm="a\\"b", nonce="n"'],
    ['bytes that are no text', 'Digest realm="\xff\xfe", nonce="n"'],
    ['-sess but no qop', 'Digest realm="r", nonce="n", algorithm=MD5-sess'],
    ['nothing', ''],
  ])('with %s are not answered', (_, header) => {
    expect(chooseChallenge(parseChallenges(header), noBasic)).toBeNull();
  });

  it('give SHA-256 before MD5, and Basic only where it is allowed and alone', () => {
    const sha = digest({ algorithm: 'SHA-256' });
    expect(chooseChallenge([digest(), sha], noBasic)).toBe(sha);
    expect(chooseChallenge([sha, digest()], noBasic)).toBe(sha);
    expect(chooseChallenge([{ scheme: 'basic' }], noBasic)).toBeNull();
    expect(chooseChallenge([{ scheme: 'basic' }], { allowBasic: true })).toEqual({ scheme: 'basic' });
    expect(chooseChallenge([{ scheme: 'basic' }, sha], { allowBasic: true })).toBe(sha);
  });

  it('of any bytes never throw, and give only what can be given back', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'Digest Basic realm=nonce="",\\\t\x80\xff;') }),
    );
    fc.assert(
      fc.property(hostile, (header) => {
        for (const challenge of parseChallenges(header)) {
          if (challenge.scheme === 'digest') expect(challenge.realm + challenge.nonce).not.toMatch(/["\\\r\n]/);
        }
      }),
    );
  });

  it('with any realm and nonce are read exactly', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((value) => !/["\\\p{Cc}]/u.test(value) && value.isWellFormed());
    fc.assert(
      fc.property(text, text, fc.boolean(), (realm, nonce, stale) => {
        const header = `Digest realm="${realm}", nonce="${nonce}", qop="auth", stale="${stale}"`;
        const onTheWire = Buffer.from(header, 'utf8').toString('latin1');
        expect(parseChallenges(onTheWire)).toEqual([digest({ realm, nonce, stale })]);
      }),
    );
  });
});
