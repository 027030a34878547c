import * as z from 'zod';
import { Rejected } from '../support/errors.ts';

/** What a token can allow: see the lane, move the lens, arm the guard again. None contains another. */
export const RightSchema = z.enum(['gate:read', 'gate:control', 'gate:admin']);
export type Right = z.infer<typeof RightSchema>;

export type User = {
  /** The issuer's id of the person or machine; the audit's name for it. */
  subject: string;
  rights: ReadonlySet<Right>;
  /** When the token ends, UTC ms. */
  expiresAt: number;
};

/** Throws Rejected `forbidden` when `user` lacks `right`. */
export function requireRight(user: Pick<User, 'rights'>, right: Right): void {
  if (user.rights.has(right)) return;
  throw new Rejected('forbidden', `could not allow this: the token lacks the right ${right}`);
}
