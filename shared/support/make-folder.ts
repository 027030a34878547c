import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder with its parents; one that is there is success. Node's own `recursive` never returns where the system
 * says that a parent is there and its child cannot be, as Linux does below /proc: it makes them in turn for ever.
 *
 * @throws the system's error
 */
export async function makeFolder(path: string, { mode = 0o777 }: { mode?: number } = {}): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (isError(error, 'EEXIST') && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (!isError(error, 'ENOENT') || parent === path) throw error;
    await makeFolder(parent, { mode });
    await mkdir(path, { mode }).catch((again: unknown) => {
      // Another process may have been first.
      if (!isError(again, 'EEXIST')) throw again;
    });
  }
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
