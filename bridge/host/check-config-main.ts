// Reads the settings of one process as that process would, and starts nothing: `install.sh` asks before it stops a bridge
// that works. `node check-config.mjs bridge|media [FILE]`, with the settings of a file as systemd would give them; exit 0, or
// 78 (sysexits: EX_CONFIG) with a sentence a line.
import { readFileSync } from 'node:fs';
import { reasonOf } from '../../shared/support/errors.ts';
import { readBridgeConfig } from '../config.ts';
import { readMediaConfig } from '../media/config.ts';
import { readSettingsFile } from './read-settings-file.ts';

const EX_USAGE = 64;
const EX_CONFIG = 78;

const readFile = (path: string) => readFileSync(path, 'utf8');
type Environment = Readonly<Record<string, string | undefined>>;
const READERS: Record<string, (env: Environment) => unknown> = {
  bridge: (env) => readBridgeConfig(env, readFile),
  media: (env) => readMediaConfig(env, readFile),
};

const [, , part = '', file] = process.argv;
const read = READERS[part];
if (!read) {
  console.error(`check-config takes one of ${Object.keys(READERS).join(', ')}`);
  process.exit(EX_USAGE);
}
try {
  const settings = file === undefined ? [] : readSettingsFile(file, 'systemd');
  read({ ...process.env, ...Object.fromEntries(settings.map(({ name, value }) => [name, value])) });
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = EX_CONFIG;
}
