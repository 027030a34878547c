import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type AskingProcess = {
  /** What it has printed. */
  heard: string[];
  kill(): Promise<void>;
};

/** Starts a bundled guard.test-child.ts. */
export function startAsking(script: string, args: readonly string[], env: Record<string, string>): AskingProcess {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const exited = once(child, 'exit');
  const heard: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => heard.push(line));
  return {
    heard,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
