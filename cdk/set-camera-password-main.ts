import { parseArgs } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Rejected, reasonOf } from '../shared/support/errors.ts';
import { hiddenInput, Interrupted } from './hidden-input.ts';
import { exampleWarning, readDeployment } from './read-deployment.ts';
import { setCameraPassword } from './set-camera-password.ts';

/** As a shell says of Ctrl-C. */
const INTERRUPTED = 130;
const USAGE = 'npm run set-camera-password -- [--camera ID] [--config FILE]     (or pipe the password in)';

const terminal = hiddenInput({ input: process.stdin, output: process.stderr });
try {
  const { values } = parseArgs({
    options: { camera: { type: 'string' }, config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit();
  }
  const { config, path } = readDeployment(values.config);
  const warning = exampleWarning(path);
  if (warning !== null) console.error(warning);
  const isTyped = process.stdin.isTTY === true;
  const { ask } = terminal;
  const done = await setCameraPassword(values.camera, { config, client: new SSMClient({}), ask, isTyped });
  console.log(`stored in ${done.name}, version ${done.version}; bridge and api read it at their next login`);
} catch (thrown) {
  console.error(reasonOf(thrown));
  if (thrown instanceof Rejected) console.error(USAGE);
  process.exitCode = thrown instanceof Interrupted ? INTERRUPTED : 1;
} finally {
  terminal.close();
}
