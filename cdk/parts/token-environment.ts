import type { TokenSettings } from './user-pool.ts';

/** Who may ask, by the same names for the api function and for the door in front of the video. */
export function tokenEnvironment(tokens: TokenSettings, origins: readonly string[]): Record<string, string> {
  return {
    GATE_JWT_ISSUER: tokens.issuer,
    GATE_JWT_AUDIENCE: tokens.audience,
    GATE_JWT_RIGHTS_CLAIM: tokens.rightsClaim,
    ...(tokens.jwksUri === undefined ? {} : { GATE_JWT_JWKS_URI: tokens.jwksUri }),
    ...(origins.length === 0 ? {} : { GATE_ORIGINS: origins.join(',') }),
  };
}
