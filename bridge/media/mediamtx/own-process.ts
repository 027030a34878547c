// A MediaMTX whose parent was killed goes on alone, with our ports and the camera's stream. At the next start it is ended,
// but only when it provably is ours: the very process, by its start time, that a parent now gone has started.
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import * as z from 'zod';
import type { Clock } from '../../../shared/support/clock.ts';
import type { Log } from '../../../shared/support/log.ts';
import { writePrivateFile } from './write-private-file.ts';

const TERM_TIMEOUT_MS = 5_000;
/** A process that SIGKILL does not end in this time waits for a disk; its ports then say so. */
const GIVE_UP_MS = 10_000;
const POLL_MS = 50;
/** Position of the start time behind the command's name in /proc/<pid>/stat (proc(5), field 22; the name is field 2). */
const START_TIME_FIELD = 19;
const STATE_FIELD = 0;

const ProcessSchema = z.object({
  pid: z.int().positive(),
  /** In clock ticks since boot, with the boot's id: no recycled pid has the same. */
  started: z.string().min(1),
});
const RecordSchema = z.object({ child: ProcessSchema, parent: ProcessSchema });
type KnownProcess = z.infer<typeof ProcessSchema>;

/** Writes down whose `pid` is. Where there is no /proc nothing can be proven later, and nothing is written. */
export async function rememberProcess(path: string, pid: number): Promise<void> {
  const child = { pid, started: startOf(pid) };
  const parent = { pid: process.pid, started: startOf(process.pid) };
  if (child.started === null || parent.started === null) return;
  await writePrivateFile(path, JSON.stringify({ child, parent }));
}

export async function forgetProcess(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Ends what an earlier parent left behind. Resolves with its pid when there was one. */
export async function endLeftover(path: string, { clock, log }: { clock: Clock; log: Log }): Promise<number | null> {
  const record = RecordSchema.safeParse(await jsonIn(path)).data;
  if (record === undefined) return null;
  const { child, parent } = record;
  if (!isAlive(child) || isAlive(parent)) return null;
  log.warn('mediamtx.leftover_found', { pid: child.pid });
  signal(child, 'SIGTERM');
  const begun = clock.now();
  while (isAlive(child) && clock.now() - begun < GIVE_UP_MS) {
    if (clock.now() - begun >= TERM_TIMEOUT_MS) signal(child, 'SIGKILL');
    await clock.sleep(POLL_MS);
  }
  return child.pid;
}

function isAlive({ pid, started }: KnownProcess): boolean {
  return startOf(pid) === started;
}

function signal(known: KnownProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (!isAlive(known)) return;
  try {
    process.kill(known.pid, name);
  } catch {
    // It went between the look and the signal.
  }
}

/** When the process started; null when it has gone, is a zombie, or there is no /proc. */
function startOf(pid: number): string | null {
  const boot = procText('sys/kernel/random/boot_id');
  const stat = procText(`${pid}/stat`);
  if (boot === null || stat === null) return null;
  // The name may hold blanks and brackets: the fields begin behind the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = fields[START_TIME_FIELD];
  return started === undefined || fields[STATE_FIELD] === 'Z' ? null : `${boot.trim()}/${started}`;
}

function procText(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return null;
  }
}

async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}
