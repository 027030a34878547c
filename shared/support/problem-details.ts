// How a failure is told over HTTP: problem details (RFC 9457), the same from the API and from the door for viewers.
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorCode } from './errors.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';
const TYPE_PREFIX = 'urn:gate-camera:problem:';

/** The status and title of each stable code (DESIGN.md section 4). */
export const PROBLEM_CODES: Record<ErrorCode, { status: ContentfulStatusCode; title: string }> = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'A valid token is needed' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  not_found: { status: 404, title: 'There is no such thing here' },
  conflict: { status: 409, title: 'Someone else holds this' },
  too_large: { status: 413, title: 'The request is too large' },
  not_supported: { status: 422, title: 'The camera cannot do this' },
  camera_locked: { status: 423, title: 'Logins to the camera are shut' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong here' },
  camera_unreachable: { status: 502, title: 'The camera cannot be reached' },
  camera_refused: { status: 502, title: 'The camera refused' },
  camera_busy: { status: 503, title: 'The camera is busy' },
};

export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  /** The path asked for; never the query, which may hold a plate or a ticket. */
  instance: string;
};

type Told = { code: ErrorCode; detail: string; instance: string; status?: ContentfulStatusCode };

export function problemDetails({ code, detail, instance, status = PROBLEM_CODES[code].status }: Told): Problem {
  return { type: `${TYPE_PREFIX}${code}`, title: PROBLEM_CODES[code].title, status, code, detail, instance };
}
