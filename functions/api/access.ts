// Who may: the token is read once per request, and every route says which right it needs.
import type { MiddlewareHandler } from 'hono';
import { type Right, requireRight, type User } from '../../shared/auth/user.ts';
import type { VerifyToken } from '../../shared/auth/verify-token.ts';
import { Rejected } from '../../shared/support/errors.ts';
import { problem } from './problem.ts';

export type ApiEnv = { Variables: { user: User } };

/** `access('gate:read')` is the middleware that lets only holders of that right through, and sets `user`. */
export type Access = (right: Right) => MiddlewareHandler<ApiEnv>;

const BEARER = /^Bearer +([^ ]+) *$/i;

export function accessBy(verifyToken: VerifyToken): Access {
  return (right) => async (c, next) => {
    const header = c.req.header('Authorization');
    if (header === undefined) {
      // Without a token there is no error to tell of, only the challenge (RFC 6750 section 3.1).
      const headers = { 'WWW-Authenticate': 'Bearer' };
      return problem(c, { code: 'unauthorized', detail: 'the Authorization header is missing', headers });
    }
    const token = BEARER.exec(header)?.[1];
    if (token === undefined) throw new Rejected('unauthorized', 'could not verify the token: it is not sent as Bearer');
    const user = await verifyToken(token);
    requireRight(user, right);
    c.set('user', user);
    return next();
  };
}
