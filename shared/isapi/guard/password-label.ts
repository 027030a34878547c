import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Broken } from '../../support/errors.ts';
import { makeFolder } from '../../support/make-folder.ts';
import type { Credentials } from '../digest.ts';
import { writeExclusively } from './exclusive-file.ts';

const KEY_FILE = 'password-label.key';
const KEY_BYTES = 32;
const LABEL_CHARACTERS = 8;

/**
 * Tells one password from the next where no secret store counts versions: 8 hex digits under a random key that never
 * leaves `folder` (0600, beside the ledger).
 *
 * This is no hash that a reader of the row could use: without the key no guess can be tested, and 32 bits fit millions
 * of passwords. Who can read the key file can read the process's configuration, and so the password itself.
 */
export async function labelPassword(folder: string, { user, password }: Credentials): Promise<string> {
  const key = await keyIn(folder);
  return createHmac('sha256', key).update(`${user}\0${password.reveal()}`).digest('hex').slice(0, LABEL_CHARACTERS);
}

async function keyIn(folder: string): Promise<Buffer> {
  const path = join(folder, KEY_FILE);
  try {
    // Nothing is written where a key is: on a full disk a restarted bridge must still find its camera's account.
    const text = (await textIn(path)) ?? (await newTextIn(folder, path));
    const key = Buffer.from(text, 'hex');
    if (key.length === KEY_BYTES) return key;
  } catch (cause) {
    throw new Broken('internal', `could not read the key in ${path}`, { cause });
  }
  // A key made anew would give the same password another label, and so open a guard that is shut for it.
  const remedy = 'restore it, or delete it once the right password is known to be configured';
  throw new Broken(
    'internal',
    `could not read the key in ${path}: it is damaged; ${remedy}, which then gets a new label`,
  );
}

async function textIn(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function newTextIn(folder: string, path: string): Promise<string> {
  await makeFolder(folder, { mode: 0o700 });
  // Of two processes starting together one writes; both read what was written.
  await writeExclusively(path, randomBytes(KEY_BYTES).toString('hex'));
  return readFile(path, 'utf8');
}
