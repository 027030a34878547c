// Rows on one machine's disk: `<camera>.<version>.json`, the highest version counts. A version is a name that can be
// taken only once, which makes compare-and-set hold between processes (bridge and doctor) without a lock to leak.
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import type { CameraId } from '../../detection/detection.ts';
import { Broken } from '../../support/errors.ts';
import { makeFolder } from '../../support/make-folder.ts';
import { DamagedRow } from './damaged-row.ts';
import { TEMPORARY_FILE, writeExclusively } from './exclusive-file.ts';

/** A temporary file older than this has no living writer. */
const ABANDONED_MS = 60_000;
/** Reads that may miss because the version they saw was just replaced. */
const MAX_READS = 20;

type Versioned = { version: number };

export interface VersionedFiles<Row extends Versioned> {
  /** The newest row, or null; throws DamagedRow rather than take it for a fresh one: that would forget bad logins. */
  read(camera: CameraId): Promise<Row | null>;
  /**
   * Renames the file of a damaged row to `….damaged`, for people, and removes older rows, which would speak in its place
   * and know less. False when another process has already done so.
   */
  setAside(camera: CameraId, damaged: DamagedRow): Promise<boolean>;
  /** False when `expectedVersion` (0: none) is not the newest; throws Broken when the disk does not take it. */
  write(camera: CameraId, row: Row, expectedVersion: number): Promise<boolean>;
}

/** Rows survive kill -9 and power cuts; a write is two fsyncs, 1 to 3 ms on an SSD. */
export function versionedFiles<Row extends Versioned>(folder: string, schema: z.ZodType<Row>): VersionedFiles<Row> {
  return {
    async read(camera) {
      try {
        return await newestRow(folder, camera, schema);
      } catch (cause) {
        if (cause instanceof DamagedRow) throw cause;
        throw new Broken('internal', `could not read the guard's row of ${camera} in ${folder}`, { cause });
      }
    },
    async setAside(camera, damaged) {
      try {
        return await setAsideRow(folder, camera, damaged, schema);
      } catch (cause) {
        throw new Broken('internal', `could not set ${damaged.path} aside`, { cause });
      }
    },
    async write(camera, row, expectedVersion) {
      try {
        return await replaceRow(folder, camera, row, expectedVersion);
      } catch (cause) {
        throw new Broken('internal', `could not write the guard's row of ${camera} in ${folder}`, { cause });
      }
    },
  };
}

async function newestRow<Row>(folder: string, camera: CameraId, schema: z.ZodType<Row>): Promise<Row | null> {
  for (let reads = 1; ; reads += 1) {
    const newest = Math.max(0, ...(await versionsOf(folder, camera)));
    if (newest === 0) return null;
    try {
      return await rowIn(rowPath(folder, camera, newest), newest, schema);
    } catch (error) {
      if (!isMissing(error) || reads === MAX_READS) throw error;
    }
  }
}

async function rowIn<Row>(path: string, version: number, schema: z.ZodType<Row>): Promise<Row> {
  const text = await readFile(path, 'utf8');
  if (text.trim() === '') throw new DamagedRow({ path, version, what: 'it is empty' });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const what = cause instanceof SyntaxError ? 'it is no whole JSON' : "it is no guard's row";
    throw new DamagedRow({ path, version, what }, { cause });
  }
}

async function setAsideRow<Row>(
  folder: string,
  camera: CameraId,
  { path, version }: DamagedRow,
  schema: z.ZodType<Row>,
): Promise<boolean> {
  for (const older of await versionsOf(folder, camera)) {
    if (older < version) await rm(rowPath(folder, camera, older), { force: true });
  }
  try {
    // Another process may have made it anew under the same name.
    const isDamaged = await rowIn(path, version, schema).then(
      () => false,
      (error: unknown) => {
        if (error instanceof DamagedRow) return true;
        throw error;
      },
    );
    if (isDamaged) await rename(path, `${path}.damaged`);
    return isDamaged;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function replaceRow(folder: string, camera: CameraId, row: Versioned, expectedVersion: number): Promise<boolean> {
  await makeFolder(folder, { mode: 0o700 });
  if (Math.max(0, ...(await versionsOf(folder, camera))) !== expectedVersion) return false;
  const path = rowPath(folder, camera, row.version);
  if (!(await writeExclusively(path, `${JSON.stringify(row, null, 2)}\n`))) return false;
  const versions = await versionsOf(folder, camera);
  if (versions.some((version) => version > row.version)) {
    // Others were two versions ahead and had already removed the name that should have stopped us.
    await rm(path, { force: true });
    return false;
  }
  for (const version of versions) {
    if (version < row.version) await rm(rowPath(folder, camera, version), { force: true });
  }
  await removeAbandoned(folder);
  return true;
}

async function versionsOf(folder: string, camera: CameraId): Promise<number[]> {
  const pattern = new RegExp(`^${camera}\\.(\\d{1,15})\\.json$`);
  return (await namesIn(folder)).flatMap((name) => {
    const version = pattern.exec(name)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!TEMPORARY_FILE.test(name)) continue;
    const path = join(folder, name);
    const writtenAt = await stat(path).then(
      (found) => found.mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (Date.now() - writtenAt > ABANDONED_MS) await rm(path, { force: true });
  }
}

function rowPath(folder: string, camera: CameraId, version: number): string {
  return join(folder, `${camera}.${version}.json`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
