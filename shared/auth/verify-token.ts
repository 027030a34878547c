// One authority for tokens (DESIGN.md section 4): any issuer with a JWKS, and Cognito, whose access tokens differ.
import { CognitoJwtVerifier, JwtVerifier } from 'aws-jwt-verify';
import {
  FetchError,
  JwksValidationError,
  JwkValidationError,
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import { type Fetcher, SimpleFetcher } from 'aws-jwt-verify/https';
import { type Jwks, SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { Busy, Rejected } from '../support/errors.ts';
import { rightsOf } from './rights.ts';
import type { User } from './user.ts';

/** API Gateway takes 10 kB of headers in all (aws.md section 1.1); nothing longer needs to be parsed. */
const MAX_TOKEN_CHARACTERS = 8_192;
const MAX_SUBJECT_CHARACTERS = 256;
const CLOCK_GRACE_SECONDS = 5;
const JWKS_TIMEOUT_MS = 2_000;
const RETRY_AFTER_SECONDS = 5;
const COGNITO_ISSUER = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com\/([a-z0-9-]+_[A-Za-z0-9]+)$/;

export type TokenConfiguration = {
  issuer: string;
  /** Cognito: the app client's id. */
  audience: string;
  /** Where the issuer publishes its keys, `<issuer>/.well-known/jwks.json` when absent. */
  jwksUri?: string;
  /** The issuer's keys themselves, for an issuer on this machine; nothing is fetched then. */
  jwks?: Jwks;
  /** Claim that holds the rights: `scope`, `cognito:groups`, … */
  rightsClaim: string;
};

/**
 * Resolves with who the token stands for. Throws Rejected `unauthorized` for a token that is not good, and Busy when
 * the issuer's keys are out of reach, which is not the caller's fault.
 */
export type VerifyToken = (token: string) => Promise<User>;

/** `prefetch` gets the issuer's keys ahead of the first token; throws Busy when they are out of reach. */
export type TokenVerifier = VerifyToken & { prefetch(): Promise<void> };

export function tokenVerifier(configuration: TokenConfiguration): TokenVerifier {
  const verifier = signatureVerifier(configuration);
  const behindResourceServer = COGNITO_ISSUER.test(configuration.issuer);

  async function verifyToken(token: string): Promise<User> {
    if (token.length > MAX_TOKEN_CHARACTERS) throw unauthorized('it is too long');
    const payload = await verifier.verify(token).catch((thrown: unknown) => {
      throw errorOf(thrown);
    });
    // The library takes a token without an end; here a token that never expires is none.
    if (typeof payload.exp !== 'number') throw unauthorized('it has no expiry');
    const { sub: subject } = payload;
    if (typeof subject !== 'string' || subject === '' || subject.length > MAX_SUBJECT_CHARACTERS) {
      throw unauthorized('it names no subject');
    }
    const rights = rightsOf(payload[configuration.rightsClaim], { behindResourceServer });
    return { subject, rights, expiresAt: payload.exp * 1_000 };
  }

  async function prefetch(): Promise<void> {
    await verifier.prefetch().catch((thrown: unknown) => {
      throw errorOf(thrown);
    });
  }

  return Object.assign(verifyToken, { prefetch });
}

type SignatureVerifier = { verify(token: string): Promise<JwtPayload>; prefetch(): Promise<void> };

function signatureVerifier({ issuer, audience, jwksUri, jwks }: TokenConfiguration): SignatureVerifier {
  const jwksCache = new SimpleJwksCache({ fetcher: jwks === undefined ? remoteKeys() : givenKeys(jwks) });
  const userPoolId = COGNITO_ISSUER.exec(issuer)?.[1];
  if (userPoolId !== undefined) {
    // Access tokens only: an ID token says who someone is, not what they may do.
    const pool = { userPoolId, clientId: audience, tokenUse: 'access' as const, graceSeconds: CLOCK_GRACE_SECONDS };
    const verifier = CognitoJwtVerifier.create(pool, { jwksCache });
    return { verify: async (token) => verifier.verify(token), prefetch: () => verifier.hydrate() };
  }
  const uri = jwksUri ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
  const verifier = JwtVerifier.create(
    { issuer, audience, jwksUri: uri, graceSeconds: CLOCK_GRACE_SECONDS },
    { jwksCache },
  );
  return { verify: async (token) => verifier.verify(token), prefetch: () => verifier.hydrate() };
}

function remoteKeys(): Fetcher {
  return new SimpleFetcher({ defaultRequestOptions: { timeout: JWKS_TIMEOUT_MS, responseTimeout: JWKS_TIMEOUT_MS } });
}

// As a fetcher, not only as a warm cache: else an unknown key id would send the library out to look for it.
function givenKeys(jwks: Jwks): Fetcher {
  return { fetch: async () => new TextEncoder().encode(JSON.stringify(jwks)).buffer };
}

const OUT_OF_REACH = [FetchError, JwksValidationError, JwkValidationError];

const REASONS = [
  [JwtExpiredError, 'it has expired'],
  [JwtNotBeforeError, 'it is not valid yet'],
  [JwtInvalidIssuerError, 'it is of another issuer'],
  [JwtInvalidAudienceError, 'it is for another audience'],
  [JwtInvalidSignatureError, 'its signature is wrong'],
  [KidNotFoundInJwksError, 'its key is unknown'],
  [WaitPeriodNotYetEndedJwkError, 'its key is unknown'],
] as const;

// The library's messages quote the token's claims; ours say only which check failed.
function errorOf(thrown: unknown): Error {
  if (OUT_OF_REACH.some((kind) => thrown instanceof kind)) {
    const message = 'could not verify the token: the issuer’s keys are out of reach';
    return new Busy('internal', message, { cause: thrown, retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  const reason = REASONS.find(([kind]) => thrown instanceof kind)?.[1] ?? 'it is not a token we take';
  return unauthorized(reason, thrown);
}

function unauthorized(reason: string, cause?: unknown): Rejected {
  return new Rejected('unauthorized', `could not verify the token: ${reason}`, { cause });
}
