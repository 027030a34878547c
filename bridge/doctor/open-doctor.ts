// The doctor's way to a camera: the account's own guard, shared with bridge, media process and api.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { accountOf } from '../../shared/isapi/guard/account.ts';
import { copiedLedger, copiesIn } from '../../shared/isapi/guard/copied-ledger.ts';
import { fileLedger } from '../../shared/isapi/guard/file-ledger.ts';
import type { GuardLedger } from '../../shared/isapi/guard/ledger.ts';
import { labelPassword } from '../../shared/isapi/guard/password-label.ts';
import { type OpenedCameras, openCameras } from '../../shared/isapi/open-camera.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { tableGuardLedger } from '../../shared/store/guard-ledger.ts';
import { tableClient } from '../../shared/store/table-client.ts';
import type { Clock } from '../../shared/support/clock.ts';
import type { Log } from '../../shared/support/log.ts';
import { readSecureString } from '../../shared/support/parameter-store.ts';
import type { DoctorConfig } from './config.ts';

/** What leases of the camera account call this process. */
const HOLDER = 'doctor';

type TablePlace = { client: DynamoDBDocumentClient; table: string };

export type OpenedDoctor = {
  cameras: OpenedCameras;
  ledger: GuardLedger;
  /** Null where none is configured. */
  table: TablePlace | null;
  /** False on a machine that has never guarded an account: it cannot tell the password that others tried from ours. */
  knowsPasswords: boolean;
  /** As they are, for taking them out of what is sent away; one that cannot be read is nowhere else either. */
  passwords(): Promise<string[]>;
};

/** Nothing is read or sent yet, and nothing written. */
export function openDoctor(config: DoctorConfig, { clock, log }: { clock: Clock; log: Log }): OpenedDoctor {
  const guardFolder = join(config.stateFolder, 'guard');
  const knowsPasswords = existsSync(guardFolder);
  const table = config.table === null ? null : { client: tableClient(), table: config.table };
  const ledger = table
    ? copiedLedger({ table: tableGuardLedger(table), copies: copiesIn(guardFolder), holder: HOLDER, clock, log })
    : fileLedger(guardFolder);
  const readSecret = readSecureString(new SSMClient({}));
  const cameras = openCameras(config.cameras, {
    ledger,
    transport: httpTransport(),
    readSecret,
    labelPassword: labelPassword.bind(null, guardFolder),
    clock,
    log,
    holder: HOLDER,
  });
  const passwords = async () => {
    const read = config.cameras.map((camera) =>
      accountOf(camera, { readSecret, labelPassword: async () => 'unlabelled' }),
    );
    const settled = await Promise.allSettled(read);
    const pushTokens = config.cameras.flatMap(({ pushToken }) => pushToken?.reveal() ?? []);
    return [
      ...settled.flatMap((one) => (one.status === 'fulfilled' ? one.value.password.reveal() : [])),
      ...pushTokens,
    ];
  };
  return { cameras, ledger, table, knowsPasswords, passwords };
}
