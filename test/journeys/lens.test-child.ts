// A function that dies: moves the lens through the same table and guard as all others, until it is killed.
import { readCameras } from '../../shared/isapi/cameras.ts';
import { labelPassword } from '../../shared/isapi/guard/password-label.ts';
import { createLens } from '../../shared/isapi/lens/lens.ts';
import { openCamera } from '../../shared/isapi/open-camera.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { tableGuardLedger } from '../../shared/store/guard-ledger.ts';
import { tableLensRows } from '../../shared/store/lens-rows.ts';
import { tableMoveLog } from '../../shared/store/moves.ts';
import { tableClient } from '../../shared/store/table-client.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { TABLE_NAME } from '../local/embedded-table.ts';
import { LOCAL_AWS } from '../local/local-aws.ts';

const LONG_ENOUGH_TO_BE_KILLED_MS = 1_500;
const [endpoint = '', guardFolder = ''] = process.argv.slice(2);

const table = { client: tableClient({ ...LOCAL_AWS, endpoint }), table: TABLE_NAME };
const [camera] = readCameras(process.env, () => '');
if (camera === undefined) throw new Error('no camera is configured');
const { client } = openCamera(camera, {
  ledger: tableGuardLedger(table),
  transport: httpTransport(),
  readSecret: () => Promise.reject(new Error('no secret is stored')),
  labelPassword: labelPassword.bind(null, guardFolder),
  clock,
  log,
  holder: 'api',
});
const moves = tableMoveLog({ ...table, clock });
const lens = createLens({ clientOf: () => client, rows: tableLensRows(table), moves, clock, log });
const move = { action: 'zoom_in', speed: 50, durationMs: LONG_ENOUGH_TO_BE_KILLED_MS } as const;
await lens.move({ camera: camera.id, subject: 'operator' }, move);
