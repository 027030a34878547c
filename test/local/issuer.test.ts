import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tokenVerifier } from '../../shared/auth/verify-token.ts';
import { openIssuer } from './issuer.ts';

const request = { rights: ['gate:read'] as const, expiresInSeconds: 60, subject: 'operator' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-issuer-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a token survives a restart of the issuer, since its key is kept', async () => {
  const token = (await openIssuer({ folder })).mint(request);
  const verify = tokenVerifier({ ...(await openIssuer({ folder })), rightsClaim: 'scope' });
  expect((await verify(token)).subject).toBe('operator');
});

test('two issuers that start together use one key', async () => {
  const [one, two] = await Promise.all([openIssuer({ folder }), openIssuer({ folder })]);
  expect(one.jwks).toEqual(two.jwks);
});

test('only the owner may read the key, and the published part holds no private value', async () => {
  const { jwks } = await openIssuer({ folder });
  const [file = ''] = await readdir(folder);
  expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  expect(jwks.keys[0]).not.toHaveProperty('d');
});
