// One of many processes that share a camera account by the table: asks the camera again and again until it is ended, and
// prints `up` and then how each request ended, one word a line.

import { readCameras } from '../../shared/isapi/cameras.ts';
import { labelPassword } from '../../shared/isapi/guard/password-label.ts';
import { openCamera } from '../../shared/isapi/open-camera.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { tableGuardLedger } from '../../shared/store/guard-ledger.ts';
import { tableClient } from '../../shared/store/table-client.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { GateError } from '../../shared/support/errors.ts';
import { silentLog as log } from '../../shared/support/log.ts';

/** One request waits its turn among twenty processes. */
const TIMEOUT_MS = 20_000;
const PAUSE_MS = 50;
const QUESTION = { method: 'GET', path: '/ISAPI/Security/userCheck', maxBytes: 64 * 1024 } as const;

const [folder = '', table = ''] = process.argv.slice(2);
const [camera] = readCameras(process.env, () => '');
if (!camera) throw new Error('could not start: no camera is configured');
const { client } = openCamera(camera, {
  ledger: tableGuardLedger({ client: tableClient(), table }),
  transport: httpTransport(),
  readSecret: () => Promise.reject(new Error('could not read a secret: there is none')),
  labelPassword: (credentials) => labelPassword(folder, credentials),
  clock,
  log,
  holder: `process ${process.pid}`,
});
// The other end of standard input is the test: with it this process goes, too.
process.stdin.resume().on('end', () => process.exit());
process.stdout.write('up\n');
for (;;) {
  const end = await client.request({ ...QUESTION, timeoutMs: TIMEOUT_MS }).then(
    () => 'ok',
    (error: unknown) => (error instanceof GateError ? error.code : String(error)),
  );
  process.stdout.write(`${end}\n`);
  await clock.sleep(PAUSE_MS);
}
