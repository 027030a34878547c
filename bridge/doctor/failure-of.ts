// What a camera's error means to whoever stands before it.
import { CameraRefused } from '../../shared/isapi/answer.ts';
import { TableAway } from '../../shared/isapi/guard/table-away.ts';
import { Broken, GateError, reasonOf } from '../../shared/support/errors.ts';
import { fail, type Outcome, skipped } from './finding.ts';

const RIGHTS =
  'give the account the right to it in the camera: Configuration, System, User Management (camera-guide.md, the account)';
const OUR_SIDE =
  'this is not the camera: can this machine reach the table, and read the password and GATE_STATE_FOLDER? See guard';

/** `change`: what to do where the camera itself gave no better reason. */
export function failureOf(error: unknown, change: string): Outcome {
  const seen = reasonOf(error);
  if (!(error instanceof GateError)) return fail(seen, change);
  // The guard's ledger, or the password.
  if (error instanceof TableAway || error instanceof Broken) return fail(seen, OUR_SIDE);
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
