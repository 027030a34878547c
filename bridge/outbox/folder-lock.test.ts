import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gate-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a second bridge says. */
function another(): string {
  const script = `
    import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'))};
    try { lockFolder(${JSON.stringify(folder)}); console.log('locked'); } catch (error) { console.log(error.message); }`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout.trim();
}

test('one bridge holds the folder, and the next one may when it has let go', () => {
  const letGo = lockFolder(folder);
  expect(another()).toBe('could not lock the outbox: another bridge is running on it');
  letGo();
  expect(another()).toBe('locked');
});

test.each<[string, () => void]>([
  ['garbage in its place', () => writeFileSync(join(folder, 'lock'), 'no database '.repeat(400))],
  ['a folder in its place', () => mkdirSync(join(folder, 'lock'))],
  ['a folder in the place of its journal', () => mkdirSync(join(folder, 'lock-journal'))],
])('%s keeps no bridge from starting, and is a lock again', (_, damage) => {
  damage();
  const letGo = lockFolder(folder);
  expect(another()).toContain('another bridge');
  letGo();
});

test('two that find it damaged at once are one that holds it', async () => {
  writeFileSync(join(folder, 'lock'), 'no database '.repeat(400));
  const script = `
    import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'))};
    process.stdin.once('data', () => {
      try { lockFolder(${JSON.stringify(folder)}); console.log('locked'); } catch (error) { console.log('refused'); }
    });
    console.log('ready');`;
  const children = [1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module', '-e', script]));
  const words = async (child: (typeof children)[number]) => String((await once(child.stdout, 'data'))[0]).trim();
  try {
    expect(await Promise.all(children.map(words))).toEqual(['ready', 'ready', 'ready']);
    const said = Promise.all(children.map(words));
    for (const child of children) child.stdin.write('go');
    expect((await said).filter((word) => word === 'locked')).toHaveLength(1);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
});

test('damage that is done to it while a bridge runs lets no second one in', () => {
  const letGo = lockFolder(folder);
  // By another process: the kernel's lock goes with whatever its own one closes.
  spawnSync('dd', ['if=/dev/urandom', `of=${join(folder, 'lock')}`, 'bs=4096', 'count=1']);
  expect(another()).toContain('another bridge');
  letGo();
});
