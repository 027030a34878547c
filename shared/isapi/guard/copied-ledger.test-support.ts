import { copiedLedger, copiesIn } from './copied-ledger.ts';
import { movableClock, recordingLog } from './gate.test-support.ts';
import { type GuardLedger, memoryLedger } from './ledger.ts';
import { emptyRow, shutBy } from './row.ts';
import { TableAway } from './table-away.ts';

/** A table that can be taken away, and that can take a write whose answer is lost. */
export function switchedTable() {
  const rows = memoryLedger();
  const table = { isAway: false, losesAnswers: false, questions: 0 };
  const answer = () => {
    table.questions += 1;
    if (table.isAway) throw new TableAway('the table is away', { retryAfterSeconds: 2 });
  };
  const ledger: GuardLedger = {
    read: async (camera) => {
      answer();
      return rows.read(camera);
    },
    write: async (camera, row, expectedVersion) => {
      answer();
      const isFirst = await rows.write(camera, row, expectedVersion);
      if (table.losesAnswers) {
        table.isAway = true;
        answer();
      }
      return isFirst;
    },
  };
  return Object.assign(table, { ledger, rows });
}

export type SwitchedTable = ReturnType<typeof switchedTable>;

/** Bridges whose copies are in `folder`; each call of `bridge` is a restart. */
export function bridgesOn(folder: string, table: SwitchedTable, clock = movableClock()) {
  const log = recordingLog();
  const copies = copiesIn(folder);
  const bridge = () => copiedLedger({ table: table.ledger, copies, holder: 'bridge', clock, log });
  return { bridge, clock, log, copies };
}

export const badNow = (now: number) =>
  shutBy(emptyRow, {
    passwordVersion: 'right',
    logins: 1,
    why: 'bad_login',
    notice: { triesLeft: null, unlockSeconds: null },
    now,
  });
