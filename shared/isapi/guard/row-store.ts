import type { CameraId } from '../../detection/detection.ts';
import { Busy, reasonOf } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import type { GuardLedger } from './ledger.ts';
import { reportChanges } from './report.ts';
import { emptyRow, type GuardRow } from './row.ts';

/** Writers that may be first, one after the other, before this one gives up. */
const MAX_CONFLICTS = 20;

export type Change = (row: GuardRow) => GuardRow;
const unchanged: Change = (row) => row;

export interface RowStore {
  /**
   * Applies `change` by compare-and-set and writes nothing when nothing changes. `known` saves the first read.
   * @throws Broken when the ledger does not answer, Busy `camera_busy` when others always are first
   */
  update(change: Change, known?: GuardRow): Promise<GuardRow>;
  /** As `update`, but an outcome that cannot be written now is kept, and goes before whatever comes next. */
  settle(change: Change, known: GuardRow): Promise<GuardRow>;
  /** Keeps a change for the next update. */
  owe(change: Change): void;
}

/** One camera's row in the ledger, changed only by compare-and-set. */
export function createRowStore(deps: { camera: CameraId; ledger: GuardLedger; log: Log }): RowStore {
  const { camera, ledger, log } = deps;
  let owed: Change = unchanged;

  async function update(change: Change, known?: GuardRow): Promise<GuardRow> {
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const before = (conflicts === 0 ? known : undefined) ?? (await ledger.read(camera)) ?? emptyRow;
      const next = change(owed(before));
      const after = next === before ? before : { ...next, version: before.version + 1 };
      if (after === before || (await ledger.write(camera, after, before.version))) {
        owed = unchanged;
        reportChanges({ before, after, camera, log });
        return after;
      }
    }
    throw new Busy('camera_busy', `could not ask camera ${camera}: its guard's row is changed too often`);
  }

  function owe(change: Change): void {
    const earlier = owed;
    owed = (row) => change(earlier(row));
  }

  return {
    update,
    owe,
    async settle(change, known) {
      try {
        return await update(change, known);
      } catch (error) {
        owe(change);
        log.warn('guard.outcome_unsaved', { camera, reason: reasonOf(error) });
        return change(known);
      }
    },
  };
}
