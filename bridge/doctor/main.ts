// `npm run doctor`, and `node doctor.mjs` on the VM with the bridge's settings: what is wrong, and what to change.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { runDoctor } from './run-doctor.ts';

/** `| head` has read enough; the checks go on, for a login cut short would count. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const stop = new AbortController();
// A second one ends it all the same.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort());

process.exitCode = await runDoctor({
  args: process.argv.slice(2),
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  aside: (text) => void process.stderr.write(text),
  terminal: { input: process.stdin, output: process.stderr },
  stop,
  release: release(),
  clock,
  log,
});

/** The bundle of the VM carries its own name beside the program. */
function release(): string | null {
  try {
    return readFileSync(join(dirname(process.argv[1] ?? ''), 'VERSION'), 'utf8').trim();
  } catch {
    return null;
  }
}
