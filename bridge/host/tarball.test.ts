import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { tarball } from './tarball.ts';

const file = (name: string, text: string, mode = 0o644) => ({ name, bytes: Buffer.from(text), mode });

test('tar unpacks what was packed, with its modes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gate-tar-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const aBlock = 'x'.repeat(512);
  const files = [
    file('VERSION', '1\n'),
    file('host/install.sh', 'exit', 0o755),
    file('block', aBlock),
    file('empty', ''),
  ];
  const archive = join(folder, 'a.tar.gz');
  await writeFile(archive, tarball(files));
  expect(spawnSync('tar', ['-xzf', archive, '-C', folder])).toMatchObject({ status: 0 });
  for (const { name, bytes, mode } of files) {
    expect(await readFile(join(folder, name))).toEqual(bytes);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(mode);
  }
});

test('the same files make the same bytes, whatever their order', () => {
  const files = fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z]{1,20}$/),
      bytes: fc.uint8Array().map((b) => Buffer.from(b)),
      mode: fc.constant(0o644),
    }),
    { selector: ({ name }) => name, maxLength: 5 },
  );
  fc.assert(fc.property(files, (some) => tarball(some).equals(tarball(some.toReversed()))));
});

test('a name that would not fit is refused', () => {
  expect(() => tarball([file('x'.repeat(101), '')])).toThrow('its name is too long');
});
