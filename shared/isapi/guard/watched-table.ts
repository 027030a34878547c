// The table as a machine with copies asks it: going away and coming back are said once each.
import type { Clock } from '../../support/clock.ts';
import { Busy, reasonOf } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import type { GuardLedger } from './ledger.ts';

/** So that a table that is away costs one wait in so many, and not one at each step of every request. */
export const ASK_TABLE_AGAIN_MS = 2_000;

/** `table` throws Busy while it is away; so does this, and without asking for a while. */
export function watchedTable({ table, clock, log }: { table: GuardLedger; clock: Clock; log: Log }): GuardLedger {
  let away: { error: Busy; until: number } | null = null;

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    if (away !== null && clock.now() < away.until) throw away.error;
    try {
      const answer = await question();
      if (away !== null) log.info('guard.table_returned');
      away = null;
      return answer;
    } catch (error) {
      if (error instanceof Busy) {
        if (away === null) log.warn('guard.table_away', { reason: reasonOf(error) });
        away = { error, until: clock.now() + ASK_TABLE_AGAIN_MS };
      }
      throw error;
    }
  }

  return {
    read: (camera) => ask(() => table.read(camera)),
    write: (camera, row, expectedVersion) => ask(() => table.write(camera, row, expectedVersion)),
  };
}
