import { problems } from './openapi.ts';

/** How every request can fail that reaches a camera. */
export function cameraProblems(right: string) {
  return {
    400: 'The id has the wrong form.',
    401: 'No valid token.',
    403: `The token lacks \`${right}\`.`,
    404: 'No camera of this id is configured.',
    423: 'The guard is shut after a bad login; Retry-After says when it tries again by itself, if it will.',
    502: 'The camera cannot be reached (`camera_unreachable`), or refused (`camera_refused`).',
    503: 'The camera is busy, or the table; try again after Retry-After.',
  };
}

export function lensProblems(right: string, more: { 400?: string; 404?: string } = {}) {
  return problems({
    ...cameraProblems(right),
    409: 'Somebody else holds the lens: `holder` is his subject, `heldForMs` for how long.',
    422: 'This camera cannot do that.',
    ...more,
  });
}
