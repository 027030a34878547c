// The door's refusals, in the form and with the codes of the API (DESIGN.md section 4); never MediaMTX's own.
import type { Context, Hono } from 'hono';
import { Busy, type ErrorCode, GateError, Rejected } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import { PROBLEM_CODES, PROBLEM_CONTENT_TYPE, problemDetails } from '../../../shared/support/problem-details.ts';
import type { DoorEnv } from './door-env.ts';

const METHOD_NOT_ALLOWED = 405;
const UNSUPPORTED_MEDIA_TYPE = 415;
const SERVICE_UNAVAILABLE = 503;

/** A refusal of the request's form, for which the codes know no status of its own. */
export class WrongForm extends Rejected {
  readonly status: typeof METHOD_NOT_ALLOWED | typeof UNSUPPORTED_MEDIA_TYPE;
  readonly headers: Record<string, string>;

  constructor(status: WrongForm['status'], message: string, headers: Record<string, string> = {}) {
    super('invalid_request', message);
    this.status = status;
    this.headers = headers;
  }
}

export function methodNotAllowed(allowed: string): WrongForm {
  return new WrongForm(METHOD_NOT_ALLOWED, `could not serve the request: this answers to ${allowed}`, {
    Allow: allowed,
  });
}

export function notOfType(type: string): WrongForm {
  return new WrongForm(UNSUPPORTED_MEDIA_TYPE, `could not read the request: its body must be ${type}`);
}

export function answerProblems(app: Hono<DoorEnv>, log: Log): void {
  app.notFound((c) => tell(c, { code: 'not_found', detail: 'there is nothing of this name' }));
  app.onError((thrown, c) => {
    if (!(thrown instanceof Busy) && !(thrown instanceof Rejected)) {
      // What is thrown because the viewer has left is nobody's fault; the message of an error that is not ours could
      // hold anything.
      if (!c.req.raw.signal.aborted)
        log.error('door.failed', { reason: thrown instanceof GateError ? thrown.message : thrown.name });
      return tell(c, { code: 'internal', detail: 'the request could not be served; it has been noted' });
    }
    const { code, message: detail } = thrown;
    if (thrown instanceof WrongForm) return tell(c, { code, detail, status: thrown.status, headers: thrown.headers });
    const headers = challenge(code, c);
    const wait = thrown instanceof Busy ? thrown.retryAfterSeconds : undefined;
    if (wait !== undefined) headers['Retry-After'] = String(wait);
    const away = thrown instanceof Busy && code === 'internal';
    return tell(c, { code, detail, headers, ...(away && { status: SERVICE_UNAVAILABLE }) });
  });
}

/** RFC 6750 section 3: no error is named to somebody who has shown no token. */
function challenge(code: ErrorCode, c: Context): Record<string, string> {
  if (code === 'forbidden') return { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' };
  if (code !== 'unauthorized') return {};
  const shown = c.req.header('Authorization') ?? c.req.query('ticket') ?? c.req.query('session');
  return { 'WWW-Authenticate': shown === undefined ? 'Bearer' : 'Bearer error="invalid_token"' };
}

type Told = {
  code: ErrorCode;
  detail: string;
  status?: WrongForm['status'] | typeof SERVICE_UNAVAILABLE;
  headers?: Record<string, string>;
};

function tell(c: Context, { code, detail, status = undefined, headers = {} }: Told): Response {
  const told = status ?? PROBLEM_CODES[code].status;
  const body = problemDetails({ code, detail, status: told, instance: c.req.path });
  return c.body(JSON.stringify(body), told, { ...headers, 'Content-Type': PROBLEM_CONTENT_TYPE });
}
