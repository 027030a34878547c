// A stand-in for the MediaMTX binary: `node test/mediamtx/main.ts <configuration file>` does to the bridge, to viewers and to
// the camera what MediaMTX does, its oddities included. It plays the line named by STANDIN_VERSION, and takes commands for
// faults at the Unix socket STANDIN_FAULTS.
import { quirksOf, RELEASES, releaseOf } from './quirks.ts';

const USAGE_EXIT_CODE = 80;

const [argument, ...rest] = process.argv.slice(2);
const quirks = quirksOf(releaseOf(process.env.STANDIN_VERSION ?? RELEASES[0]));

if (argument === '--version') {
  console.log(quirks.release);
} else if (argument === undefined || argument.startsWith('-') || rest.length > 0) {
  console.log('Usage: mediamtx [<confpath>] [flags]');
  console.error(`mediamtx: error: unknown flag ${argument ?? ''}`);
  process.exitCode = USAGE_EXIT_CODE;
} else {
  // Not above: who asks only for the version waits for none of it.
  const [{ serve }, { cleanup }] = await Promise.all([import('./serve.ts'), import('node-datachannel')]);
  const exitCode = await serve({
    configPath: argument,
    quirks,
    faultsSocket: process.env.STANDIN_FAULTS,
    write: (line) => void process.stdout.write(line),
  });
  cleanup();
  // Sockets of libdatachannel would keep the process for seconds.
  process.exit(exitCode);
}
