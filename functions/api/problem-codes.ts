import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorCode } from '../../shared/support/errors.ts';

/** How each stable code is told over HTTP (DESIGN.md section 4). */
export const PROBLEM_CODES: Record<ErrorCode, { status: ContentfulStatusCode; title: string }> = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'A valid token is needed' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  not_found: { status: 404, title: 'There is no such thing here' },
  conflict: { status: 409, title: 'Someone else holds this' },
  too_large: { status: 413, title: 'The request is too large' },
  not_supported: { status: 422, title: 'The camera cannot do this' },
  camera_locked: { status: 423, title: 'The camera is locked' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong here' },
  camera_unreachable: { status: 502, title: 'The camera cannot be reached' },
  camera_refused: { status: 502, title: 'The camera refused' },
  camera_busy: { status: 503, title: 'The camera is busy' },
};
