// The real bridge, as the child process that it is on the VM.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../bridge/main.ts', import.meta.url));
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;

export type LogLine = { level: string; event: string; [field: string]: unknown };
export type BridgeProcess = {
  pid: number;
  statePort: number;
  webhookPort: number | null;
  /** Every line it has logged. */
  lines: LogLine[];
  /** SIGTERM, and SIGKILL when that does not do. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  exited: Promise<number | null>;
};

/** Resolves once the bridge says that it has started; rejects with its last words when it does not. */
export async function startBridge(env: Record<string, string>, logFile: string): Promise<BridgeProcess> {
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(process.execPath, [MAIN], {
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
  const started = await firstLine(child, log, lines, exited);
  return {
    pid: child.pid ?? 0,
    statePort: Number(started.statePort),
    webhookPort: typeof started.webhookPort === 'number' ? started.webhookPort : null,
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

function firstLine(
  child: ChildProcess,
  log: WriteStream,
  lines: LogLine[],
  exited: Promise<unknown>,
): Promise<LogLine> {
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
      if (line.event === 'bridge.started') resolve(line);
    });
  }
  const timer = setTimeout(
    () => reject(new Error('could not start the bridge: it said nothing in time')),
    START_TIMEOUT_MS,
  );
  exited.then(() => {
    clearTimeout(timer);
    const failed = lines.find(({ event }) => event === 'bridge.failed');
    reject(new Error(`could not start the bridge: ${String(failed?.reason ?? errors.slice(0, 2000))}`));
  });
  return promise.finally(() => clearTimeout(timer));
}
