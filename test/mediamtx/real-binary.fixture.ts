// The real MediaMTX, where there is one.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export type RealBinary = { bin: string; version: string };

/** From MEDIAMTX_BIN, else the PATH; null, said aloud, when there is none. */
export function findRealBinary(without: string): RealBinary | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [process.env.MEDIAMTX_BIN, ...folders.map((folder) => join(folder, 'mediamtx'))];
  const bin = candidates.find((candidate) => candidate !== undefined && isExecutable(candidate));
  if (bin === undefined) {
    console.warn(`SKIPPED: there is no MediaMTX (neither MEDIAMTX_BIN nor PATH): ${without}`);
    return null;
  }
  return { bin, version: spawnSync(bin, ['--version'], { encoding: 'utf8' }).stdout.trim() };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
