import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logTail } from './log-tail.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-log-tail-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Longer than what is kept. */
const LINES = Array.from({ length: 40_000 }, (_, at) => `line ${at} ${'.'.repeat(40)}`);

test('the end of a log is the same from a file and from a pipe', async () => {
  const file = join(folder, 'log');
  await writeFile(file, LINES.join('\n'));
  const pipe = join(folder, 'pipe');
  await once(spawn('mkfifo', [pipe]), 'exit');
  const [fromFile, fromPipe] = await Promise.all([logTail(file), logTail(pipe), writeFile(pipe, LINES.join('\n'))]);
  expect(fromFile).toEqual(LINES.slice(-2_000));
  expect(fromPipe).toEqual(fromFile);
});

test('a short log from a pipe is whole', async () => {
  const pipe = join(folder, 'pipe');
  await once(spawn('mkfifo', [pipe]), 'exit');
  const [tail] = await Promise.all([logTail(pipe), writeFile(pipe, 'first\n\nsecond\n')]);
  expect(tail).toEqual(['first', 'second']);
});
