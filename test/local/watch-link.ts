// The page to look with, ready to open. What stands on a screen is seen, copied and kept in its history: a token that may
// only watch, and not for long.
import type { LocalSystem } from './local-system.ts';

/** A picture ends with its token; the page then asks for another, which `operator.jwt` holds. */
export const WATCH_LINK_MINUTES = 60;

export function watchLink({ url, issuer }: Pick<LocalSystem, 'url' | 'issuer'>): string {
  const token = issuer.mint({
    rights: ['gate:read'],
    expiresInSeconds: WATCH_LINK_MINUTES * 60,
    subject: 'watch-link',
  });
  return `${url}/watch/#token=${token}`;
}
