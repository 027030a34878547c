// The camera accounts as every process on the VM has them: one guard row each, in the table with a copy on this disk.
import { join } from 'node:path';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Camera } from '../shared/isapi/cameras.ts';
import { copiedLedger, copiesIn } from '../shared/isapi/guard/copied-ledger.ts';
import { labelPassword } from '../shared/isapi/guard/password-label.ts';
import { type OpenedCameras, openCameras } from '../shared/isapi/open-camera.ts';
import { httpTransport } from '../shared/isapi/transport.ts';
import { tableGuardLedger } from '../shared/store/guard-ledger.ts';
import type { tableClient } from '../shared/store/table-client.ts';
import type { Clock } from '../shared/support/clock.ts';
import type { Log } from '../shared/support/log.ts';
import { readSecureString } from '../shared/support/parameter-store.ts';

export type OpenAccounts = {
  cameras: readonly Camera[];
  /** The same for all processes of this machine: it holds the guard's copies. */
  stateFolder: string;
  table: { client: ReturnType<typeof tableClient>; table: string };
  /** What leases of the camera account call this process. */
  holder: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** `merged` resolves after the signal. */
export function openAccounts(deps: OpenAccounts): { cameras: OpenedCameras; merged: Promise<void> } {
  const { stateFolder, table, holder, clock, log, signal } = deps;
  const guardFolder = join(stateFolder, 'guard');
  const ledger = copiedLedger({ table: tableGuardLedger(table), copies: copiesIn(guardFolder), holder, clock, log });
  const cameras = openCameras(deps.cameras, {
    readSecret: readSecureString(new SSMClient({})),
    labelPassword: labelPassword.bind(null, guardFolder),
    ledger,
    transport: httpTransport(),
    clock,
    log,
    holder,
  });
  return { cameras, merged: ledger.mergeUntil(signal) };
}
