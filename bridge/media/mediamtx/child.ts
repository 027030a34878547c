// One run of the program: spawned, its lines read, ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Clock } from '../../../shared/support/clock.ts';

/** MediaMTX says good-bye to its viewers and the camera first. */
const TERM_TIMEOUT_MS = 10_000;

export type ChildEnd = { code: number | null; signal: NodeJS.Signals | null };

export type Child = {
  pid: number;
  /** Rejects when the program could not be started at all. */
  ended: Promise<ChildEnd>;
  /** SIGTERM, and SIGKILL when that does not do; resolves when it has gone. */
  stop(): Promise<void>;
  kill(): Promise<void>;
};

export function startChild(
  [program = '', ...leading]: readonly string[],
  { onLine, clock }: { onLine: (line: string) => void; clock: Clock },
): Child {
  // Nothing of our environment: `MTX_…` and `RTSP_…` variables would be settings (MEDIAMTX.md 1), and ours hold secrets.
  const child = spawn(program, leading, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
  // Also where we end by an error of our own: nobody else would.
  const orphaned = () => child.kill('SIGKILL');
  process.once('exit', orphaned);
  const ended = once(child, 'close')
    .then(([code, signal]): ChildEnd => ({ code, signal }))
    .finally(() => process.removeListener('exit', orphaned));
  const gone = ended.then(
    () => {},
    () => {},
  );
  return {
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const inTime = new AbortController();
      const late = clock.sleep(TERM_TIMEOUT_MS, inTime.signal).then(
        () => child.kill('SIGKILL'),
        () => {},
      );
      await gone;
      inTime.abort();
      await late;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
