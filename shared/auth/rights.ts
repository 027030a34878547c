import { type Right, RightSchema } from './user.ts';

/**
 * The rights in a token's claim: text with blanks between (OAuth `scope`) or a list (groups); whatever else it says is
 * not for us. `behindResourceServer`: Cognito writes custom scopes as `<resource server>/gate:read`.
 */
export function rightsOf(claim: unknown, { behindResourceServer }: { behindResourceServer: boolean }): Set<Right> {
  const words = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : [];
  const rights = new Set<Right>();
  for (const word of words) {
    if (typeof word !== 'string') continue;
    const name = behindResourceServer ? word.slice(word.lastIndexOf('/') + 1) : word;
    const right = RightSchema.safeParse(name);
    if (right.success) rights.add(right.data);
  }
  return rights;
}
