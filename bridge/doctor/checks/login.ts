// The one login. A refused one shuts the guard, so that no later check, and nobody else of ours, sends a second.
import { CameraRefused } from '../../../shared/isapi/answer.ts';
import type { GuardLedger } from '../../../shared/isapi/guard/ledger.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import { readUserCheck } from '../../../shared/isapi/user-check.ts';
import { GateError, reasonOf } from '../../../shared/support/errors.ts';
import { ask } from '../ask.ts';
import { failureOf, isNotThere } from '../failure-of.ts';
import { fail, type Outcome, ok, warn } from '../finding.ts';
import { inTries, isShut } from './guard-state.ts';

/** Touches nothing in the camera (ISAPI.md 2.4). */
const USER_CHECK = '/ISAPI/Security/userCheck';
const DEVICE_INFO = '/ISAPI/System/deviceInfo';
const FEW_TRIES = 2;
const NO_CAMERA =
  'something answers on this port, but not as a camera does: is it forwarded to the camera’s HTTP port, and ISAPI switched on?';
const SILENT =
  'the port takes a connection, and no camera answers: is it forwarded to the camera’s HTTP port (GATE_CAMERA_PORT is its number outside)? If it is, restart the camera';
const WEB_PAGE =
  'this is a web page, most often the router’s own: forward the port to the camera’s HTTP port (GATE_CAMERA_PORT is its number outside)';
const BASIC =
  'is this the camera: set Web Authentication to digest there (Security, Authentication). Is it the router’s own page: forward the port to the camera';

export async function checkLogin(opened: OpenedCamera, { ledger }: { ledger: GuardLedger }): Promise<Outcome> {
  const { client, camera } = opened;
  try {
    const check = readUserCheck(await ask(client, USER_CHECK));
    if (!check.accepted)
      return fail('the camera says that this user is not accepted', 'look at the user in the camera');
    // Asked at its own address, a nonce shows whether it is good for more; then all further questions are one login.
    if ((await ledger.read(camera.id))?.nonceReuse === 'untried') await ask(client, USER_CHECK);
    if (check.triesLeft !== null && check.triesLeft <= FEW_TRIES) {
      return warn(
        `user ${camera.user} is let in, but the camera has ${inTries(check.triesLeft)} left for wrong logins`,
        'somebody else logs in wrongly from this address: find out who before the camera locks',
      );
    }
    return ok(`user ${camera.user} is let in`);
  } catch (error) {
    if (isNotThere(error)) return checkByDeviceInfo(opened);
    return refusedLogin(opened, error);
  }
}

/** Old firmware without userCheck. */
async function checkByDeviceInfo(opened: OpenedCamera): Promise<Outcome> {
  try {
    await ask(opened.client, DEVICE_INFO);
    return ok(`user ${opened.camera.user} is let in`);
  } catch (error) {
    return refusedLogin(opened, error);
  }
}

async function refusedLogin({ guard }: OpenedCamera, error: unknown): Promise<Outcome> {
  if (error instanceof GateError && error.code === 'camera_locked') {
    const { shut } = await guard.state();
    const { seen, change } = shut ? isShut(shut) : { seen: reasonOf(error), change: null };
    const now = seen.replace('; no login was sent now', '');
    return fail(now, change ?? 'run doctor again');
  }
  // The port took a connection a moment ago: whoever it is, it does not speak as a camera does.
  if (error instanceof GateError && error.code === 'camera_unreachable') return fail(reasonOf(error), SILENT);
  if (error instanceof CameraRefused && error.status < 400) return fail(reasonOf(error), WEB_PAGE);
  if (/offers only Basic/.test(reasonOf(error))) return fail(reasonOf(error), BASIC);
  return failureOf(error, NO_CAMERA);
}
