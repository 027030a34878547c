import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OutboxFolder, outboxFolder, recordingLog } from './outbox.fixture.ts';
import type { Outbox } from './outbox.ts';

const CHILD = join(import.meta.dirname, 'kill.test-child.ts');
const KILLS = 25;
const READS_PER_LIFE = 10_000;

let folder: OutboxFolder;
beforeEach(async () => {
  folder = await outboxFolder();
});
afterEach(() => folder.remove());

/** Runs the child until it has said `lines` lines, then kills it in the middle of whatever it does. */
async function liveAndDie(life: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, folder.path, String(life * READS_PER_LIFE)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  return said;
}

async function onDisk(outbox: Outbox): Promise<Set<string>> {
  const found = new Set<string>();
  for (const tray of [outbox.trays.reads, outbox.trays.pictures]) {
    for (const entry of tray.take(Number.POSITIVE_INFINITY)) {
      const contents = await tray.read(entry);
      if (contents) found.add(`${contents.detection.id}${contents.pictures.length > 0 ? ' with pictures' : ''}`);
      tray.putBack(entry);
    }
  }
  return found;
}

test('a bridge killed twenty-five times has lost no read it had acknowledged', { timeout: 60_000 }, async () => {
  const kept: string[] = [];
  const sent = new Set<string>();
  for (let life = 0; life < KILLS; life += 1) {
    const said = await liveAndDie(life, 2 + Math.floor(Math.random() * 60));
    expect(said[0]).toBe('open');
    for (const line of said) {
      if (line.startsWith('kept ')) kept.push(line.slice('kept '.length));
      if (line.startsWith('sent ')) sent.add(line.slice('sent '.length));
    }
  }
  expect(kept.length).toBeGreaterThan(KILLS);
  expect(sent.size).toBeGreaterThan(KILLS);

  const log = recordingLog();
  const outbox = await folder.open({ log });
  const there = await onDisk(outbox);
  expect(kept.filter((id) => !sent.has(id) && !there.has(id))).toEqual([]);
  expect(outbox.depth().bad).toBe(0);
  expect(log.events()).toEqual(['outbox.found']);
  const names = await readdir(folder.path, { recursive: true });
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('while one bridge lives no other opens its outbox; once killed, the next one does', async () => {
  const child = spawn(process.execPath, [CHILD, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('open');
  await expect(folder.open()).rejects.toMatchObject({ code: 'conflict' });
  child.kill('SIGKILL');
  for (;;) if ((await lines.next()).done) break;
  expect((await folder.open()).depth().bad).toBe(0);
});
