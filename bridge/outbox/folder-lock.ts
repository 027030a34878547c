import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Rejected, reasonOf } from '../../shared/support/errors.ts';

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * Makes this process the only one in `folder`; the returned function lets go. Throws Rejected (`conflict`) while
 * another holds it.
 *
 * Node has no flock; SQLite's lock on an empty file is the kernel's own. It ends with its holder, kill -9 included,
 * and no recycled pid can be taken for it, as with a pid file.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock');
  try {
    return locked(path);
  } catch (error) {
    if (codeOf(error) === SQLITE_BUSY) {
      throw new Rejected('conflict', 'could not lock the outbox: another bridge is running on it', { cause: error });
    }
    if (isDamaged(path, error)) return lockedAnew(path, error);
    throw new Rejected('conflict', `could not lock the outbox by ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Nobody holds it then: who does keeps others from reading it. */
function isDamaged(path: string, error: unknown): boolean {
  const code = codeOf(error);
  const isFolder = (each: string) => statSync(each, { throwIfNoEntry: false })?.isDirectory() === true;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB || [path, journalOf(path)].some(isFolder);
}

const journalOf = (path: string) => `${path}-journal`;

/** It held nothing of value. One after the other, or the second would take away what the first one holds by then. */
function lockedAnew(path: string, damage: unknown): () => void {
  try {
    const letGo = locked(`${path}-mending`);
    try {
      return lockedOrMended(path);
    } finally {
      letGo();
    }
  } catch (cause) {
    throw new Rejected('conflict', `could not lock the outbox by ${path}: ${reasonOf(damage)}`, { cause });
  }
}

function lockedOrMended(path: string): () => void {
  try {
    return locked(path);
  } catch (error) {
    if (!isDamaged(path, error)) throw error;
    for (const each of [path, journalOf(path)]) rmSync(each, { recursive: true, force: true });
    return locked(path);
  }
}

function locked(path: string): () => void {
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'errcode' in error ? error.errcode : undefined;
}
