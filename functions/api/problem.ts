// The only place that makes an HTTP status out of an error: problem details (RFC 9457) for everything that fails.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Broken, Busy, type ErrorCode, GateError, reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { PROBLEM_CODES, PROBLEM_CONTENT_TYPE, problemDetails } from '../../shared/support/problem-details.ts';
import type { ApiEnv } from './access.ts';
import { allowedMethods } from './allowed-methods.ts';

type ProblemOptions = {
  code: ErrorCode;
  detail: string;
  status?: ContentfulStatusCode;
  headers?: Record<string, string>;
  /** Members beyond RFC 9457's own. */
  extension?: Record<string, unknown>;
};

export function problem(c: Context, options: ProblemOptions): Response {
  const { code, detail, status = PROBLEM_CODES[code].status, headers = {}, extension = {} } = options;
  const base = problemDetails({ code, detail, status, instance: c.req.path });
  return c.body(JSON.stringify({ ...base, ...extension }), status, {
    ...headers,
    'Content-Type': PROBLEM_CONTENT_TYPE,
  });
}

/** Makes `app` answer problem details for whatever is thrown, unknown or not allowed. */
export function answerProblems(app: OpenAPIHono<ApiEnv>, log: Log): void {
  app.use(async (_c, next) => {
    try {
      await next();
    } catch (thrown) {
      // Hono hands only Errors to onError; anything else would leave without an answer of ours.
      throw new Broken('internal', 'could not answer: not an Error was thrown', { cause: thrown });
    }
  });
  app.onError((thrown, c) => problemOf(thrown, c, log));
  app.notFound((c) => {
    const allowed = allowedMethods(app, c.req.path);
    if (allowed.length === 0) return problem(c, { code: 'not_found', detail: 'there is no route of this name' });
    const Allow = allowed.join(', ');
    const detail = `this route answers to ${Allow}`;
    return problem(c, { code: 'invalid_request', status: 405, detail, headers: { Allow } });
  });
}

function problemOf(thrown: Error, c: Context, log: Log): Response {
  // The framework's own refusals: a body that is no JSON, a media type we do not take.
  if (thrown instanceof HTTPException && thrown.status < 500) {
    const detail = thrown.status === 415 ? 'the body’s media type is not taken here' : 'the body cannot be read';
    return problem(c, { code: 'invalid_request', status: thrown.status, detail });
  }
  if (!(thrown instanceof GateError) || thrown instanceof Broken) {
    // The message of an error that is not ours could hold anything; its name and place are enough to find it.
    const reason = thrown instanceof GateError ? reasonOf(thrown) : thrown.name;
    log.error('api.failed', { method: c.req.method, route: routePath(c, -1), reason, place: placeOf(thrown) });
    return problem(c, { code: 'internal', detail: 'the request could not be served; it has been noted' });
  }
  const headers: Record<string, string> = {};
  if (thrown.code === 'unauthorized') headers['WWW-Authenticate'] = 'Bearer error="invalid_token"';
  if (thrown.code === 'forbidden') headers['WWW-Authenticate'] = 'Bearer error="insufficient_scope"';
  const busy = thrown instanceof Busy;
  if (busy && thrown.retryAfterSeconds !== undefined) headers['Retry-After'] = String(thrown.retryAfterSeconds);
  if (busy) log.warn('api.busy', { route: routePath(c, -1), code: thrown.code, reason: thrown.message });
  const status = busy && thrown.code === 'internal' ? 503 : PROBLEM_CODES[thrown.code].status;
  return problem(c, { code: thrown.code, status, detail: thrown.message, headers });
}

function placeOf(thrown: Error): string | undefined {
  return thrown.stack
    ?.split('\n')
    .find((line) => line.startsWith('    at '))
    ?.trim();
}
