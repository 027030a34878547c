// Reads the settings of one process as that process would, and starts nothing: `install.sh` asks before it stops a bridge
// that works. `node check-config.mjs bridge|media [FILE]`, with the settings of a file as systemd would give them to the
// services; exit 0, where a sentence is a warning, or 78 (sysexits: EX_CONFIG) with a sentence a line.
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Camera, Environment } from '../../shared/isapi/cameras.ts';
import { Rejected, reasonOf } from '../../shared/support/errors.ts';
import { readBridgeConfig } from '../config.ts';
import { readMediaConfig } from '../media/config.ts';
import { readSettingsFile } from './read-settings-file.ts';
import { unfitForServices, unknownSettings } from './settings-for-services.ts';

const EX_USAGE = 64;
const EX_CONFIG = 78;
/** Of `identity/gate-camera.sysusers.conf`. */
const SERVICES_USER = 'gate-camera';

const readFile = (path: string) => readFileSync(path, 'utf8');
const READERS: Record<string, (env: Environment) => { cameras: Camera[] }> = {
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
  const given = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  const { cameras } = read({ ...process.env, ...given });
  if (file !== undefined) checkForServices(given, cameras);
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = EX_CONFIG;
}

function checkForServices(env: Environment, cameras: readonly Camera[]): void {
  const unfit = unfitForServices({ env, cameras, canRead: canBeReadByServices });
  if (unfit.length > 0) throw new Rejected('invalid_request', `could not read ${file}:\n${unfit.join('\n')}`);
  for (const sentence of unknownSettings(Object.keys(env), Object.values(READERS))) console.error(sentence);
}

/** As their user where there is one and we may, otherwise as whoever asks. */
function canBeReadByServices(path: string): boolean {
  becomeServicesUser();
  try {
    closeSync(openSync(path, 'r'));
    return true;
  } catch {
    return false;
  }
}

/** For good: nothing that comes after it needs more. */
function becomeServicesUser(): void {
  if (process.geteuid?.() !== 0) return;
  try {
    process.setgroups?.([SERVICES_USER]);
    process.setegid?.(SERVICES_USER);
    process.seteuid?.(SERVICES_USER);
  } catch {
    // The user is made later, or in a tree that does not run.
  }
}
