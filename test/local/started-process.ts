// A process of ours as a child, known to be up by the line it logs then.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;

export type LogLine = { level: string; event: string; [field: string]: unknown };

export type StartedProcess = {
  pid: number;
  /** What it said when it was up. */
  started: LogLine;
  /** Every line it has logged. */
  lines: LogLine[];
  /** SIGTERM, and SIGKILL when that does not do. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  exited: Promise<number | null>;
};

/** `name` as in its lines: `bridge.started`, `bridge.failed`. */
export type ToStart = {
  name: string;
  main: string;
  env: Record<string, string>;
  logFile: string;
  /** A command that makes way for the one behind it: the surroundings that the process starts in. */
  within?: readonly string[];
};

/** Resolves once the process says that it has started; rejects with its last words when it does not. */
export async function startProcess({ name, main, env, logFile, within = [] }: ToStart): Promise<StartedProcess> {
  const log = createWriteStream(logFile, { flags: 'a' });
  const [program = process.execPath, ...args] = [...within, process.execPath, main];
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const orphan = () => child.kill('SIGKILL');
  process.once('exit', orphan);
  const exited = once(child, 'exit').then(([code]) => {
    process.removeListener('exit', orphan);
    return code as number | null;
  });
  const lines: LogLine[] = [];
  const started = await firstLine(name, { child, log, lines, exited });
  return {
    pid: child.pid ?? 0,
    started,
    lines,
    exited,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

type Talking = { child: ChildProcess; log: WriteStream; lines: LogLine[]; exited: Promise<unknown> };

function firstLine(name: string, { child, log, lines, exited }: Talking): Promise<LogLine> {
  const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk;
    log.write(chunk);
  });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      log.write(`${text}\n`);
      if (!text.startsWith('{')) return;
      const line = JSON.parse(text) as LogLine;
      lines.push(line);
      if (line.event === `${name}.started`) resolve(line);
    });
  }
  const late = () => reject(new Error(`could not start the ${name}: it said nothing in time`));
  const timer = setTimeout(late, START_TIMEOUT_MS);
  exited.then(() => {
    clearTimeout(timer);
    const failed = lines.find(({ event }) => event === `${name}.failed`);
    reject(new Error(`could not start the ${name}: ${String(failed?.reason ?? errors.slice(0, 2000))}`));
  });
  return promise.finally(() => clearTimeout(timer));
}
