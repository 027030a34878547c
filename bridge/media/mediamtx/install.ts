// MediaMTX from its release page into a folder of ours: verified before it is unpacked, asked before it is used, and there
// whole or not at all.
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Broken, Busy, Rejected, reasonOf } from '../../../shared/support/errors.ts';
import { downloadFile, downloadText, type Progress } from './download.ts';
import { askVersion, installedBinary } from './find-binary.ts';
import { digestIn, type Machine, type Release, readDigest, releaseFor } from './release.ts';
import { unpackFile } from './unpack.ts';
import { refuseUnfit, type Version, versionText } from './version.ts';

const MEBIBYTE = 1024 * 1024;
/** Releases are 25 to 30 MiB packed, 50 to 60 unpacked. */
const MAX_ARCHIVE_BYTES = 150 * MEBIBYTE;
const MAX_BINARY_BYTES = 300 * MEBIBYTE;
const MAX_CHECKSUMS_BYTES = 64 * 1024;
const EXECUTABLE = 0o755;
const ENTRY = 'mediamtx';

export type Install = {
  version: Version;
  machine: Machine;
  folder: string;
  /** The archive's SHA-256, as somebody who trusts it wrote it down; undefined: the release's own list is asked. */
  digest?: string | undefined;
  /** Another place with the same folders as the release page. */
  baseUrl?: string | undefined;
  progress: Progress;
  /** For a download that has stopped; default 30 s. */
  silenceTimeoutMs?: number;
};

/**
 * Resolves with the program's path.
 * @throws Busy when there is no way out, Broken when what came is not the release; both say what to do by hand
 * @throws Rejected for a machine or version without a release that may run, and for a digest that is none
 */
export async function installMediaMtx(install: Install): Promise<string> {
  const { version, machine, folder, digest, baseUrl, progress, silenceTimeoutMs } = install;
  refuseUnfit(version);
  const known = digest === undefined ? null : readDigest(digest);
  const release = releaseFor(version, machine, baseUrl);
  const silence = silenceTimeoutMs === undefined ? {} : { silenceTimeoutMs };
  await mkdir(folder, { recursive: true });
  // Beside the target, so that the last step is a rename.
  const draft = await mkdtemp(join(folder, '.install-'));
  try {
    const wanted =
      known ??
      digestOf(release, await downloadText(release.checksumsUrl, { maxBytes: MAX_CHECKSUMS_BYTES, ...silence }));
    const archive = join(draft, 'archive.tar.gz');
    const got = await downloadFile(release.archiveUrl, archive, { maxBytes: MAX_ARCHIVE_BYTES, ...silence }, progress);
    if (got !== wanted) {
      throw new Broken('internal', `could not trust ${release.archiveUrl}: its SHA-256 is ${got} and not ${wanted}`);
    }
    const program = join(draft, ENTRY);
    await unpackFile({ archive, name: ENTRY, to: program, maxBytes: MAX_BINARY_BYTES });
    await chmod(program, EXECUTABLE);
    const told = versionText(await askVersion([program]));
    if (told !== versionText(version)) {
      throw new Broken('internal', `could not take ${release.archiveName}: the program in it says that it is ${told}`);
    }
    const target = installedBinary(folder);
    await rename(program, target);
    return target;
  } catch (cause) {
    throw withWayOut(cause, release, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function digestOf({ checksumsUrl, archiveName }: Release, checksums: string): string {
  const digest = digestIn(checksums, archiveName);
  if (digest !== null) return digest;
  throw new Broken(
    'internal',
    `could not find the checksum of ${archiveName} in ${checksumsUrl}: what came is no such list`,
  );
}

/** The same error with what a person can do about it. */
function withWayOut(cause: unknown, { archiveUrl, checksumsUrl }: Release, folder: string): Error {
  if (cause instanceof Rejected) return cause;
  const message = `${reasonOf(cause)}
By hand, from a machine with a way out: fetch ${archiveUrl}, compare its SHA-256 with
${checksumsUrl}, and put the file \`mediamtx\` in it to ${installedBinary(folder)} (mode 755),
or anywhere else with MEDIAMTX_BIN naming it. Behind a proxy, set HTTPS_PROXY and NODE_USE_ENV_PROXY=1.`;
  return cause instanceof Busy ? new Busy('internal', message, { cause }) : new Broken('internal', message, { cause });
}
