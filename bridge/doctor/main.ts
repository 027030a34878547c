// `npm run doctor`, and `node doctor.mjs` on the VM with the bridge's settings: what is wrong, and what to change.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const UNDELIVERED_CODE = 1;

/** `| head` has read enough; the checks go on, for a login cut short would count. */
process.stderr.on('error', () => {});
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return;
  process.stderr.write(`could not write the standard output: ${code}\n`);
  // Whichever of the two comes last: what was found has reached nobody.
  process.once('exit', () => {
    process.exitCode ||= UNDELIVERED_CODE;
  });
});

const stop = new AbortController();
// A second one ends it all the same.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort());

// Imported only now: a signal in the meantime is heard too.
const [{ runDoctor }, { systemClock: clock }, { silentLog: log }] = await Promise.all([
  import('./run-doctor.ts'),
  import('../../shared/support/clock.ts'),
  import('../../shared/support/log.ts'),
]);

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
