import type { CameraId } from '../../detection/detection.ts';
import type { Log } from '../../support/log.ts';
import { type GuardRow, recordOf } from './row.ts';

type Changes = { before: GuardRow; after: GuardRow; camera: CameraId; log: Log };

/** Logs what a written change means. Only the process whose write was taken reports, so each thing is said once. */
export function reportChanges({ before, after, camera, log }: Changes): void {
  if (before === after) return;
  for (const { passwordVersion, badLogins, shut } of after.passwords) {
    const previous = recordOf(before, passwordVersion);
    const isNew = !before.passwords.some((record) => record.passwordVersion === passwordVersion);
    if (isNew && before.passwords.length > 0) log.info('guard.password_changed', { camera, passwordVersion });
    if (shut === null) {
      if (previous.shut !== null) log.info('guard.opened', { camera, badLogins });
    } else {
      const { since, why, triesLeft, probeAt } = shut;
      const fields = { camera, since, why, triesLeft, probeAt, badLogins };
      if (previous.shut === null) log.error('guard.shut', fields);
      else if (previous.badLogins !== badLogins) log.error('guard.probe_refused', fields);
    }
  }
}
