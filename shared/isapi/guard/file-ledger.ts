import type { GuardLedger } from './ledger.ts';
import { GuardRowSchema } from './row.ts';
import { versionedFiles } from './versioned-files.ts';

/** The ledger of guards that share one machine's disk and no table. */
export function fileLedger(folder: string): GuardLedger {
  return versionedFiles(folder, GuardRowSchema);
}
