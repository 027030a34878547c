// The table as a machine with copies asks it: going away and coming back are said once each.
import type { Clock } from '../../support/clock.ts';
import { reasonOf } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import type { GuardLedger } from './ledger.ts';
import { TableAway } from './table-away.ts';

/** So that a table that is away costs one wait in so many, and not one at each step of every request. */
export const ASK_TABLE_AGAIN_MS = 2_000;

/** `table` throws TableAway while it is away; so does this, and without asking for a while. */
export function watchedTable({ table, clock, log }: { table: GuardLedger; clock: Clock; log: Log }): GuardLedger {
  let away: { error: TableAway; at: number } | null = null;

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    // Either way: a clock that was set back must not keep it away.
    if (away !== null && Math.abs(clock.now() - away.at) < ASK_TABLE_AGAIN_MS) throw away.error;
    try {
      const answer = await question();
      if (away !== null) log.info('guard.table_returned');
      away = null;
      return answer;
    } catch (error) {
      if (error instanceof TableAway) {
        if (away === null) log.warn('guard.table_away', { reason: reasonOf(error) });
        away = { error, at: clock.now() };
      }
      throw error;
    }
  }

  return {
    read: (camera) => ask(() => table.read(camera)),
    write: (camera, row, expectedVersion) => ask(() => table.write(camera, row, expectedVersion)),
  };
}
