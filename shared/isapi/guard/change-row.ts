import type { CameraId } from '../../detection/detection.ts';
import { Busy } from '../../support/errors.ts';
import type { GuardLedger } from './ledger.ts';
import { emptyRow, type GuardRow } from './row.ts';

/** Writers that may be first, one after the other, before this one gives up. */
const MAX_CONFLICTS = 20;

/**
 * Replaces a row by what `change` makes of whatever it is by then; `change` sets the version.
 * @throws Busy `camera_busy` when others always are first
 */
export async function changeRow(
  { ledger, camera, stored }: { ledger: GuardLedger; camera: CameraId; stored: GuardRow },
  change: (current: GuardRow) => GuardRow,
): Promise<GuardRow> {
  let current = stored;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const row = change(current);
    if (await ledger.write(camera, row, current.version)) return row;
    current = (await ledger.read(camera)) ?? emptyRow;
  }
  throw new Busy('camera_busy', `could not ask camera ${camera}: its guard's row is changed too often`);
}
