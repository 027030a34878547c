import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Rejected, reasonOf } from '../../shared/support/errors.ts';

/**
 * Makes this process the only one in `folder`; the returned function lets go. Throws Rejected (`conflict`) while
 * another holds it.
 *
 * Node has no flock; SQLite's lock on an empty file is the kernel's own. It ends with its holder, kill -9 included,
 * and no recycled pid can be taken for it, as with a pid file.
 */
export function lockFolder(folder: string): () => void {
  let lock: DatabaseSync | undefined;
  try {
    const database = new DatabaseSync(join(folder, 'lock'));
    lock = database;
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    lock?.close();
    throw new Rejected('conflict', `could not lock the outbox, is another bridge running on it? ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
