// Of an application's .env the lines that are the gate's, written so that systemd reads the same values: install.sh keeps
// what this prints. `node take-settings.mjs FILE`; exit 0, or 78 (sysexits: EX_CONFIG) with a sentence for each wrong line.
import { reasonOf } from '../../shared/support/errors.ts';
import { settingLine } from './environment-file.ts';
import { readSettingsFile } from './read-settings-file.ts';

const EX_USAGE = 64;
const EX_CONFIG = 78;

const path = process.argv[2];
if (path === undefined) {
  console.error('take-settings takes the path of a file');
  process.exit(EX_USAGE);
}
try {
  for (const setting of readSettingsFile(path, 'dotenv')) console.log(settingLine(setting));
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = EX_CONFIG;
}
