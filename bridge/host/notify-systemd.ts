// Tells systemd that the process is ready, alive and stopping (sd_notify). Node has no Unix datagram sockets, so the word
// goes through `systemd-notify`, which knows abstract sockets too; the units allow it with NotifyAccess=all.
// The watchdog is fed from the event loop: a process that hangs or spins does not get round to it and is restarted.
import { spawn } from 'node:child_process';
import type { Log } from '../../shared/support/log.ts';

const COMMAND = 'systemd-notify';
/** The manual's advice (sd_watchdog_enabled): half of the time given; a third leaves room for a slow fork. */
const FEEDS_PER_TIMEOUT = 3;
const TELL_TIMEOUT_MS = 10_000;

export type SystemdNotice = {
  /** Call when the process serves; `status` is a sentence for `systemctl status`. */
  ready(status?: string): void;
  /** Call when the stop begins. The watchdog is fed on: a slow stop is TimeoutStopSec's business. */
  stopping(): void;
  /** Nothing more is told; the process may end. */
  close(): void;
};

type Environment = Readonly<Record<string, string | undefined>>;
type Notify = { env: Environment; log: Log; pid?: number };

/** Does nothing where systemd has not started this process. */
export function notifySystemd({ env, log, pid = process.pid }: Notify): SystemdNotice {
  const socket = env.NOTIFY_SOCKET;
  if (!socket) return { ready: () => {}, stopping: () => {}, close: () => {} };

  let hasFailed = false;
  function tell(...words: string[]): void {
    const child = spawn(COMMAND, words, {
      env: { PATH: env.PATH, NOTIFY_SOCKET: socket },
      stdio: 'ignore',
      timeout: TELL_TIMEOUT_MS,
    });
    child.unref();
    child.once('error', (error) => failed(error.message));
    child.once('exit', (code) => code !== 0 && failed(`${COMMAND} ended with ${code ?? 'a signal'}`));
  }

  /** Once is enough: without its word systemd itself will say, by restarting us. */
  function failed(reason: string): void {
    if (!hasFailed) log.warn('systemd.untold', { reason });
    hasFailed = true;
  }

  let feeding: NodeJS.Timeout | undefined;
  return {
    ready: (status) => {
      tell('--ready', ...(status === undefined ? [] : [`--status=${status}`]));
      const everyMs = feedEveryMs(env, pid);
      if (everyMs !== null) feeding ??= setInterval(() => tell('WATCHDOG=1'), everyMs).unref();
    },
    stopping: () => tell('STOPPING=1'),
    close: () => clearInterval(feeding),
  };
}

/** How often the watchdog wants to hear of this process; null when it does not watch it. */
export function feedEveryMs({ WATCHDOG_USEC, WATCHDOG_PID }: Environment, pid: number): number | null {
  if (!WATCHDOG_USEC || !/^\d{1,15}$/.test(WATCHDOG_USEC)) return null;
  if (WATCHDOG_PID && Number(WATCHDOG_PID) !== pid) return null;
  const everyMs = Math.floor(Number(WATCHDOG_USEC) / 1000 / FEEDS_PER_TIMEOUT);
  return everyMs > 0 ? everyMs : null;
}
