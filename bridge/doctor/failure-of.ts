// What a camera's error means to whoever stands before it.
import { CameraRefused } from '../../shared/isapi/answer.ts';
import { GateError, reasonOf } from '../../shared/support/errors.ts';
import { fail, type Outcome, skipped } from './finding.ts';

const RIGHTS =
  'give the account the right to it in the camera: Configuration, System, User Management (camera-guide.md, the account)';

/** `change`: what to do where the camera itself gave no better reason. */
export function failureOf(error: unknown, change: string): Outcome {
  const seen = reasonOf(error);
  if (!(error instanceof GateError)) return fail(seen, change);
  if (error.code === 'camera_locked') return skipped('not asked: the guard of this account is shut');
  if (error.code === 'camera_busy')
    return fail(seen, 'run doctor again in a minute: the camera has too much to do now');
  if (error.code === 'camera_unreachable') return fail(seen, 'the line broke off: look at the camera and its uplink');
  if (isMissingRight(error)) return fail(seen, RIGHTS);
  return fail(seen, change);
}

/** Whether the camera says that it has no such thing (ISAPI.md 2.5). */
export function isNotThere(error: unknown): boolean {
  return error instanceof CameraRefused && (error.status === 404 || /^notSupport/i.test(error.subStatusCode));
}

function isMissingRight(error: GateError): boolean {
  return error instanceof CameraRefused && /privilege|badAuthorization/i.test(error.subStatusCode);
}
