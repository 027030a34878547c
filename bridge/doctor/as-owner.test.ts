import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const NOBODY = 65_534;
const MODULE = new URL('as-owner.ts', import.meta.url).href;

test('run as root it goes on as the owner of the state folder, whose bridge must be able to read what it writes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gate-owner-'));
  try {
    const uid = process.getuid?.() ?? 0;
    // Without root there is nothing to give away, and nothing to change into.
    if (uid === 0) await chown(folder, NOBODY, NOBODY);
    const program = `import { becomeOwnerOf } from '${MODULE}'; becomeOwnerOf(${JSON.stringify(folder)}); console.log(process.getuid(), process.getgroups().length)`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    const [now, groups] = stdout.trim().split(' ').map(Number);
    expect(now).toBe(uid === 0 ? NOBODY : uid);
    if (uid === 0) expect(groups).toBe(1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
