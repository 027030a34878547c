// A token issuer on this machine: the same checks as in the cloud, with a key that is kept in a folder.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Jwks } from 'aws-jwt-verify/jwk';
import type { Right } from '../../shared/auth/user.ts';
import { type Clock, systemClock } from '../../shared/support/clock.ts';

const KEY_FILE = 'issuer-key.pem';
const OWNER_ONLY = 0o600;
const ALGORITHM = 'ES256';
const CURVE = 'P-256';

export type TokenRequest = {
  rights: readonly Right[];
  expiresInSeconds: number;
  subject: string;
  audience?: string;
  /** Further claims, or other values for the usual ones: what another issuer would write. */
  claims?: Record<string, unknown>;
};

export type LocalIssuer = {
  issuer: string;
  audience: string;
  /** Its public keys, for `tokenVerifier({ jwks })`. */
  jwks: Jwks;
  mint(request: TokenRequest): string;
};

type Options = { folder: string; issuer?: string; audience?: string; clock?: Clock };

/** Loads the key in `folder`, or makes one (mode 0600): tokens stay good over restarts. */
export async function openIssuer(options: Options): Promise<LocalIssuer> {
  const {
    folder,
    issuer = 'https://issuer.gate-camera.localhost',
    audience = 'gate-camera',
    clock = systemClock,
  } = options;
  const key = await loadOrCreateKey(folder);
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const kid = createHash('sha256').update(`${jwk.x}.${jwk.y}`).digest('base64url');
  const jwks: Jwks = {
    keys: [{ kty: 'EC', crv: CURVE, x: `${jwk.x}`, y: `${jwk.y}`, kid, alg: ALGORITHM, use: 'sig' }],
  };

  function mint({ rights, expiresInSeconds, subject, audience: aud = audience, claims }: TokenRequest): string {
    const iat = Math.floor(clock.now() / 1000);
    const usual = { iss: issuer, sub: subject, aud, scope: rights.join(' '), iat, exp: iat + expiresInSeconds };
    const signed = `${encode({ alg: ALGORITHM, typ: 'JWT', kid })}.${encode({ ...usual, ...claims })}`;
    // JWTs carry the bare pair r‖s, not the DER that OpenSSL gives by default.
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  return { issuer, audience, jwks, mint };
}

async function loadOrCreateKey(folder: string): Promise<KeyObject> {
  const file = join(folder, KEY_FILE);
  await mkdir(folder, { recursive: true });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: CURVE });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const draft = `${file}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, pem, { mode: OWNER_ONLY, flag: 'wx' });
  try {
    // A link appears whole or not at all, and never over an existing key: the first of two starters wins.
    await link(draft, file);
    return privateKey;
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
    return createPrivateKey(await readFile(file));
  } finally {
    await unlink(draft);
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
