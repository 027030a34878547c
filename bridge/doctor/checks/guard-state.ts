// The guard of the account: shut, nothing with credentials leaves this machine, the doctor's own included.
import type { GuardLedger } from '../../../shared/isapi/guard/ledger.ts';
import type { Shut } from '../../../shared/isapi/guard/row.ts';
import { guardView } from '../../../shared/isapi/guard/view.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import { fail, type Outcome, ok } from '../finding.ts';

/** A table and a parameter, each with its own timeout and repeats. */
export const GUARD_LIMIT_MS = 25_000;

type GuardStateDependencies = { ledger: GuardLedger; knowsPasswords: boolean; clock: Clock };

export async function checkGuard({ camera, guard }: OpenedCamera, deps: GuardStateDependencies): Promise<Outcome> {
  const { ledger, knowsPasswords, clock } = deps;
  try {
    const row = await ledger.read(camera.id);
    const { shut, badLogins } = await guard.state();
    if (shut) return isShut(shut);
    // A password without a version of its own is told apart by a key that only the bridge's machine has.
    const view = guardView(row, clock.now());
    if (view.status === 'shut' && !knowsPasswords && camera.password.kind !== 'stored') {
      const seen = `the guard is shut since ${view.since} (${view.why}), and this machine cannot tell for which password`;
      return fail(seen, 'run doctor on the bridge’s machine, which knows');
    }
    const counted = badLogins === 0 ? '' : `, ${badLogins} refused login${badLogins === 1 ? '' : 's'} of this password`;
    return ok(`open${counted}`);
  } catch (error) {
    return fail(reasonOf(error), changeFor(camera.password.kind));
  }
}

const WHY: Record<Shut['why'], string> = {
  bad_login: 'the camera refused the password',
  locked_by_camera: 'the camera says that it is locked',
  lost_attempt: 'a login was sent and nobody heard how it ended',
};

/** Also after a probe has fallen due: that one try is the bridge's, not a look around. */
export function isShut({ since, why, triesLeft, probeAt }: Shut): Outcome {
  const left = triesLeft === null || why === 'locked_by_camera' ? '' : `, ${inTries(triesLeft)} left before it locks`;
  const next = probeAt === null ? 'nothing is tried any more' : `one probe goes out after ${probeAt}`;
  const seen = `shut since ${since}: ${WHY[why]}${left}; ${next}; no login was sent now`;
  if (why === 'locked_by_camera') {
    return fail(seen, 'wait until the camera unlocks (30 min if it does not say), or restart it; do not try passwords');
  }
  return fail(
    seen,
    'sign in to the camera’s own page once; put the right password where we read it (GATE_CAMERA_PASS, or npm run set-camera-password): a new one opens the guard by itself. Was it right all along: POST /api/gate/cameras/<id>/rearm',
  );
}

export function inTries(count: number): string {
  return count === 1 ? '1 try' : `${count} tries`;
}

function changeFor(kind: 'given' | 'stored' | 'file'): string {
  if (kind === 'stored')
    return 'can this machine read the parameter and the table? Look at its AWS credentials and region';
  if (kind === 'file') return 'does the password file exist, and may this user read it?';
  return 'may this user write GATE_STATE_FOLDER, and read the table if one is set?';
}
