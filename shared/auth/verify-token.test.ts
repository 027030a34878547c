import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalIssuer, openIssuer } from '../../test/local/issuer.ts';
import { tokenVerifier, type VerifyToken } from './verify-token.ts';

const HOUR_SECONDS = 3_600;
const operator = {
  rights: ['gate:read', 'gate:control'] as const,
  expiresInSeconds: HOUR_SECONDS,
  subject: 'operator-1',
};

describe('tokens', () => {
  let folder: string;
  let issuer: LocalIssuer;
  let verify: VerifyToken;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gate-issuer-'));
    issuer = await openIssuer({ folder });
    verify = tokenVerifier({ ...issuer, rightsClaim: 'scope' });
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a good token says who it is and what they may do', async () => {
    const token = issuer.mint(operator);
    const user = await verify(token);
    expect(user).toEqual({
      subject: 'operator-1',
      rights: new Set(['gate:read', 'gate:control']),
      expiresAt: Number(claimsOf(token).exp) * 1_000,
    });
  });

  test('a forged, foreign or stale token is unauthorized, with a reason that quotes nothing of it', async () => {
    const claims = claimsOf(issuer.mint(operator));
    const { kid } = headerOf(issuer.mint(operator));
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const es256 = (header: object, payload: object) => {
      const signed = `${encode(header)}.${encode(payload)}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), { key: other, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    };
    const publicJwk = JSON.stringify(issuer.jwks.keys[0]);
    const hs256 = `${encode({ alg: 'HS256', kid })}.${encode(claims)}`;
    const confused = `${hs256}.${createHmac('sha256', publicJwk).update(hs256).digest('base64url')}`;
    const [header, , signature] = issuer.mint(operator).split('.');
    const foreign = await openIssuer({ folder, issuer: 'https://elsewhere.example' });
    const bad: [string, string, string][] = [
      ['no algorithm', `${encode({ alg: 'none', kid })}.${encode(claims)}.`, 'it is not a token we take'],
      ['a symmetric algorithm', confused, 'it is not a token we take'],
      ['another key under our key id', es256({ alg: 'ES256', kid }, claims), 'its signature is wrong'],
      ['an unknown key id', es256({ alg: 'ES256', kid: 'nobody' }, claims), 'its key is unknown'],
      ['changed claims', `${header}.${encode({ ...claims, sub: 'chief' })}.${signature}`, 'its signature is wrong'],
      ['another issuer', foreign.mint(operator), 'it is of another issuer'],
      ['another audience', issuer.mint({ ...operator, audience: 'shop' }), 'it is for another audience'],
      ['an hour too late', issuer.mint({ ...operator, expiresInSeconds: -HOUR_SECONDS }), 'it has expired'],
      ['no subject', issuer.mint({ ...operator, subject: '' }), 'it names no subject'],
      ['ten thousand characters', 'x'.repeat(10_000), 'it is too long'],
      ['nothing', '', 'it is not a token we take'],
    ];
    for (const [name, token, reason] of bad) {
      await expect(verify(token), name).rejects.toMatchObject({
        name: 'Rejected',
        code: 'unauthorized',
        message: `could not verify the token: ${reason}`,
      });
    }
  });

  test('a token without an end is none', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = publicKey.export({ format: 'jwk' });
    const jwks = { keys: [{ kty: 'RSA', n: `${jwk.n}`, e: `${jwk.e}`, kid: 'rsa', alg: 'RS256', use: 'sig' }] };
    const rsa = tokenVerifier({ issuer: issuer.issuer, audience: issuer.audience, jwks, rightsClaim: 'scope' });
    const rs256 = (payload: object) => {
      const signed = `${encode({ alg: 'RS256', kid: 'rsa' })}.${encode(payload)}`;
      return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
    };
    const { exp, ...endless } = claimsOf(issuer.mint(operator));
    await expect(rsa(rs256({ ...endless, exp }))).resolves.toMatchObject({ subject: 'operator-1' });
    await expect(rsa(rs256(endless))).rejects.toThrow('it has no expiry');
  });

  test('no text breaks the verifier', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.stringMatching(/^[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}$/)),
        async (text) => {
          await expect(verify(text)).rejects.toMatchObject({ code: 'unauthorized' });
        },
      ),
    );
  });

  test('an issuer whose keys are out of reach is not the caller’s fault', async () => {
    const jwksUri = 'https://127.0.0.1:1/jwks.json';
    const away = tokenVerifier({ issuer: issuer.issuer, audience: issuer.audience, jwksUri, rightsClaim: 'scope' });
    await expect(away(issuer.mint(operator))).rejects.toMatchObject({ name: 'Busy', code: 'internal' });
    await expect(away.prefetch()).rejects.toMatchObject({ name: 'Busy', code: 'internal' });
    await expect(tokenVerifier({ ...issuer, rightsClaim: 'scope' }).prefetch()).resolves.toBeUndefined();
  });

  test('a Cognito access token is checked by its client and its scopes lose their resource server', async () => {
    const cognito = await openIssuer({
      folder,
      issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbC123',
    });
    const verifyCognito = tokenVerifier({ ...cognito, rightsClaim: 'scope' });
    // The local issuer speaks for any issuer, and Cognito's tokens carry client_id and token_use instead of aud.
    await expect(verifyCognito(cognito.mint(operator))).rejects.toMatchObject({ code: 'unauthorized' });
    const extra = { client_id: cognito.audience, token_use: 'access', scope: 'freight/gate:read openid' };
    const user = await verifyCognito(cognito.mint({ ...operator, claims: extra }));
    expect([...user.rights]).toEqual(['gate:read']);
    const identity = cognito.mint({ ...operator, claims: { ...extra, token_use: 'id' } });
    await expect(verifyCognito(identity)).rejects.toMatchObject({ code: 'unauthorized' });
  });
});

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

function headerOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
}
