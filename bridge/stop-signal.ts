import type { SystemdNotice } from './host/notify-systemd.ts';

/** Aborts when this process is told to end: by a signal, or by the end of the one that started it. */
export function stopSignal(systemd: Pick<SystemdNotice, 'stopping'>): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());
  // Started by another process (npm start), it ends with it, kill -9 of that one included.
  process.once('disconnect', () => stop.abort());
  // Listening to the channel would keep a process that has stopped alive.
  process.channel?.unref();
  stop.signal.addEventListener('abort', () => systemd.stopping());
  return stop.signal;
}
