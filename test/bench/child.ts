// Measured work runs in a fresh process each time, so that one measure's heap is not another's.
import { type ChildProcess, spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CHILD_TIMEOUT_MS = 120_000;

function start(file: string, args: readonly string[], flags: readonly string[] = []): ChildProcess {
  const path = isAbsolute(file) ? file : fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, [...flags, path, ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
}

function firstLineOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error('the child has no output');
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`a bench child ended (${code}) without a figure`)));
  });
}

/** Runs a child to its end; the JSON of its first line. */
export async function runChild<T>(
  file: string,
  args: readonly (string | number)[],
  flags: readonly string[] = [],
): Promise<T> {
  const child = start(file, args.map(String), flags);
  const timer = setTimeout(() => child.kill('SIGKILL'), CHILD_TIMEOUT_MS);
  try {
    return JSON.parse(await firstLineOf(child)) as T;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/** Starts a child that prints its port, uses it, and ends it. */
export async function withServer<T>(
  file: string,
  args: readonly (string | number)[],
  use: (port: number) => Promise<T>,
): Promise<T> {
  const child = start(file, args.map(String));
  try {
    return await use(Number(await firstLineOf(child)));
  } finally {
    child.kill('SIGKILL');
  }
}
