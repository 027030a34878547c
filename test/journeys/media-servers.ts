// Which MediaMTX a journey runs with: the stand-in everywhere, and the real one where its binary is.
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type MediaServerUnderTest = { name: string; binary: string; isReal: boolean };

const STANDIN = fileURLToPath(new URL('../mediamtx/main.ts', import.meta.url));

/** Says aloud when the real one is absent: MEDIAMTX_BIN or the PATH must have it. */
export function mediaServers(): MediaServerUnderTest[] {
  const real = realBinary();
  if (real === null) {
    console.warn('SKIPPED: no MediaMTX in MEDIAMTX_BIN or on the PATH: video is tested against its stand-in only');
  }
  const standIn = { name: 'the stand-in for MediaMTX', binary: STANDIN, isReal: false };
  return real === null ? [standIn] : [standIn, { name: 'the real MediaMTX', binary: real, isReal: true }];
}

function realBinary(): string | null {
  const named = process.env.MEDIAMTX_BIN;
  if (named) return named === STANDIN ? null : named;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, 'mediamtx')).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
