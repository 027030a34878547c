// The outbox's file system: the few steps that durability is made of, behind a seam so that tests can fill the disk.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';

export interface Disk {
  /** Creates `path` with these bytes; resolves when they are on the device, not only in memory. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Resolves when every name now in `folder` would survive a power cut. */
  syncFolder(folder: string): Promise<void>;
  read(path: string): Promise<Buffer>;
  /** A file that is already gone is success. */
  remove(path: string): Promise<void>;
  /** Names, without their folder. */
  list(folder: string): Promise<string[]>;
  makeFolder(folder: string): Promise<void>;
}

/** The machine's own. On macOS Node turns both kinds of sync into F_FULLFSYNC, so they hold there too. */
export const systemDisk: Disk = {
  async write(path, bytes) {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  },
  rename,
  async syncFolder(folder) {
    const handle = await open(folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  read: (path) => readFile(path),
  remove: (path) => rm(path, { force: true }),
  list: (folder) => readdir(folder),
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true });
  },
};

/** The errors that mean "no room", whichever quota said so. */
const FULL = new Set<unknown>(['ENOSPC', 'EDQUOT']);
/** The errors that blame the moment, not the file. */
const PASSING = new Set<unknown>(['EMFILE', 'ENFILE', 'ENOMEM']);

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && FULL.has(error.code);
}

export function isPassing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && PASSING.has(error.code);
}
