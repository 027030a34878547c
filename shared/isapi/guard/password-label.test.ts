import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broken } from '../../support/errors.ts';
import { Secret } from '../../support/secret.ts';
import { failure } from './gate.test-support.ts';
import { labelPassword } from './password-label.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-label-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});
const credentials = (password: string, user = 'admin') => ({ user, password: new Secret(password) });

describe('the label of a password', () => {
  it('stays the same over restarts and changes with password and user', async () => {
    const labels = [];
    for (const given of [credentials('a'), credentials('a'), credentials('b'), credentials('a', 'gate')]) {
      labels.push(await labelPassword(folder, given));
    }
    const [first, again, otherPassword, otherUser] = labels;
    expect(first).toMatch(/^[0-9a-f]{8}$/);
    expect(again).toBe(first);
    expect(new Set([first, otherPassword, otherUser]).size).toBe(3);
  });

  it('is read without a write once its key is there: a full disk keeps no restarted bridge from its camera', async () => {
    const label = await labelPassword(folder, credentials('a'));
    const written = (await stat(folder, { bigint: true })).mtimeNs;
    await expect(labelPassword(folder, credentials('a'))).resolves.toBe(label);
    expect((await stat(folder, { bigint: true })).mtimeNs).toBe(written);
  });

  it('is one for processes that start together', async () => {
    const labels = await Promise.all(Array.from({ length: 10 }, () => labelPassword(folder, credentials('a'))));
    expect(new Set(labels).size).toBe(1);
  });

  it('means nothing on another machine, and its key is for the owner only', async () => {
    const label = await labelPassword(folder, credentials('a'));
    const [name = ''] = await readdir(folder);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    await rm(join(folder, name));
    await expect(labelPassword(folder, credentials('a'))).resolves.not.toBe(label);
    await expect(readFile(join(folder, name), 'utf8')).resolves.not.toContain(label);
  });

  it.each(['', 'ab'])(
    'is refused with a damaged key (%j), which is left as it is, and is told what to do',
    async (key) => {
      await labelPassword(folder, credentials('a'));
      const [name = ''] = await readdir(folder);
      const path = join(folder, name);
      await writeFile(path, key);
      const refusal = await failure(labelPassword(folder, credentials('a')));
      expect(refusal).toBeInstanceOf(Broken);
      expect(refusal.message).toContain(path);
      expect(refusal.message).toMatch(/restore it, or delete it/);
      await expect(readFile(path, 'utf8')).resolves.toBe(key);
    },
  );
});
