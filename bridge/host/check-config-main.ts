// Reads the settings of one process as that process would, and starts nothing: `install.sh` asks before it stops a bridge
// that works. `node check-config.mjs bridge|media`; exit 0, or 78 (sysexits: EX_CONFIG) with a sentence a line.
import { readFileSync } from 'node:fs';
import { reasonOf } from '../../shared/support/errors.ts';
import { readBridgeConfig } from '../config.ts';
import { readMediaConfig } from '../media/config.ts';

const EX_USAGE = 64;
const EX_CONFIG = 78;

const readFile = (path: string) => readFileSync(path, 'utf8');
const READERS: Record<string, () => unknown> = {
  bridge: () => readBridgeConfig(process.env, readFile),
  media: () => readMediaConfig(process.env, readFile),
};

const read = READERS[process.argv[2] ?? ''];
if (!read) {
  console.error(`check-config takes one of ${Object.keys(READERS).join(', ')}`);
  process.exit(EX_USAGE);
}
try {
  read();
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = EX_CONFIG;
}
