// `npm run install-mediamtx`: the media server of the pinned version, once per machine.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Rejected, reasonOf } from '../../../shared/support/errors.ts';
import { installMediaMtx } from './install.ts';
import { progressOn } from './show-progress.ts';
import { PINNED_VERSION, parseVersion, versionText } from './version.ts';

/** The media process looks for MediaMTX here, in its state folder. */
const MEDIA_FOLDER = 'media';
const LOCAL_STATE_FOLDER = '.gate-camera/bridge';

const HELP = `npm run install-mediamtx [-- options]

Fetches MediaMTX, the media server that live video needs, and verifies it before it is unpacked: by the release's own
checksums.sha256, or by MEDIAMTX_SHA256 where somebody has written the archive's SHA-256 down.

  --folder <path>      where to; default ${MEDIA_FOLDER} in GATE_STATE_FOLDER, else where npm start looks
  --release <version>  default ${versionText(PINNED_VERSION)}
  --from <url>         another place than the release page on GitHub, with the same folders
  --help
`;

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string' },
      release: { type: 'string', default: versionText(PINNED_VERSION) },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const version = parseVersion(values.release);
  if (version === null)
    throw new Rejected('invalid_request', `could not install MediaMTX: ${values.release} is no release`);
  const { MEDIAMTX_SHA256, GATE_STATE_FOLDER } = process.env;
  const folder = resolve(values.folder ?? join(GATE_STATE_FOLDER ?? LOCAL_STATE_FOLDER, MEDIA_FOLDER));
  process.stdout.write(`installing MediaMTX ${versionText(version)} into ${folder}\n`);
  const program = await installMediaMtx({
    version,
    machine: { platform: process.platform, arch: process.arch },
    folder,
    digest: MEDIAMTX_SHA256 || undefined,
    baseUrl: values.from,
    progress: progressOn(process.stdout),
  });
  process.stdout.write(`verified and installed: ${program}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
});
