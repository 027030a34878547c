import type { MiddlewareHandler } from 'hono';
import { LensHeld } from '../../shared/isapi/lens/lens-held.ts';
import type { ApiEnv } from './access.ts';
import { problem } from './problem.ts';

/** Where somebody else holds the lens, the answer says who, and for how long. */
export const tellHolder: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  if (!(c.error instanceof LensHeld)) return;
  const { holder, heldForMs, message } = c.error;
  const headers = { 'Retry-After': String(Math.ceil(heldForMs / 1000)) };
  c.res = problem(c, { code: 'conflict', detail: message, headers, extension: { holder, heldForMs } });
};
