// Which MediaMTX runs: MEDIAMTX_BIN, else the PATH's, else the one that was installed here.
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GateError, Rejected, reasonOf } from '../../../shared/support/errors.ts';
import { parseVersion, refuseUnfit, type Version } from './version.ts';

/** A start that took longer would not be back in time after a crash either. */
const VERSION_TIMEOUT_MS = 10_000;
const MAX_VERSION_BYTES = 64 * 1024;
const BINARY = 'mediamtx';
/** Programs of Node's, run by the Node that runs us: a stand-in for tests. */
const SCRIPT = /\.[mc]?[jt]s$/;

export type Binary = {
  /** The program and its leading arguments; the configuration's path comes last. */
  command: readonly string[];
  version: Version;
};

export type BinaryPlaces = {
  /** MEDIAMTX_BIN: when it is set, nothing else is looked at. */
  binary: string | undefined;
  /** The PATH. */
  path: string | undefined;
  /** Where `installMediaMtx` puts it. */
  installFolder: string;
};

export function installedBinary(installFolder: string): string {
  return join(installFolder, BINARY);
}

/** @throws Rejected `not_found` with what to do, `not_supported` for a version that must not run */
export async function findBinary({ binary, path = '', installFolder }: BinaryPlaces): Promise<Binary> {
  if (binary !== undefined) {
    if (await isProgram(binary)) return opened(resolve(binary));
    throw new Rejected('not_found', `could not find MediaMTX: MEDIAMTX_BIN names no program, ${binary}`);
  }
  // An empty or relative entry would run whatever lies in the folder that we happen to be started in.
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  for (const candidate of [...folders.map((folder) => join(folder, BINARY)), installedBinary(installFolder)]) {
    if (await isProgram(candidate)) return opened(candidate);
  }
  throw new Rejected(
    'not_found',
    'could not find MediaMTX: it is neither in MEDIAMTX_BIN nor on the PATH nor installed here; `npm run install-mediamtx` fetches it',
  );
}

/** What each file told, as long as it is the same file: after a crash no time goes into asking again. */
const told = new Map<string, Version>();
const MAX_TOLD = 16;

async function opened(program: string): Promise<Binary> {
  const command = SCRIPT.test(program) ? [process.execPath, program] : [program];
  const { ino, size, mtimeMs } = await stat(program);
  const file = [program, ino, size, mtimeMs].join(' ');
  const version = told.get(file) ?? (await askVersion(command));
  if (told.size >= MAX_TOLD) told.clear();
  told.set(file, version);
  refuseUnfit(version);
  return { command, version };
}

/** @throws Rejected `not_supported` when it does not tell a release's version */
export async function askVersion([program = '', ...leading]: readonly string[]): Promise<Version> {
  try {
    const { stdout } = await promisify(execFile)(program, [...leading, '--version'], {
      env: {},
      timeout: VERSION_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_VERSION_BYTES,
    });
    const version = parseVersion(stdout);
    if (version !== null) return version;
    throw new Rejected('not_supported', `could not use ${program}: it tells no version of MediaMTX`);
  } catch (cause) {
    if (cause instanceof GateError) throw cause;
    // Its own words may be pages long; the first line says which program it is.
    const [first = ''] = reasonOf(cause).split('\n');
    throw new Rejected('not_supported', `could not ask ${program} for its version: ${first}`, { cause });
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, SCRIPT.test(path) ? constants.R_OK : constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
