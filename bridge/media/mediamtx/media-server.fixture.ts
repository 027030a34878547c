import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../shared/support/clock.ts';
import type { Log, LogFields } from '../../../shared/support/log.ts';
import { findBinary } from './find-binary.ts';
import { settlePorts } from './free-ports.ts';
import { type MediaServer, type MediaServerDependencies, runMediaServer } from './media-server.ts';

const OPEN_PORTS = { api: 0, webrtc: 0, hls: 0, rtsp: 0, media: 0 };

export type LoggedEvent = { level: 'info' | 'warn' | 'error'; event: string; fields: LogFields };

export function keepingLog(): Log & { events: LoggedEvent[] } {
  const events: LoggedEvent[] = [];
  const keep =
    (level: LoggedEvent['level']) =>
    (event: string, fields: LogFields = {}) =>
      void events.push({ level, event, fields });
  return { events, info: keep('info'), warn: keep('warn'), error: keep('error') };
}

export type ServerUnderTest = {
  server: MediaServer;
  log: ReturnType<typeof keepingLog>;
  folder: string;
  /** Ends it, and waits until it has gone. */
  stop(): Promise<void>;
};

/** Runs the program at `binary` on free ports. */
export async function startServer(
  binary: string,
  folder: string,
  change: Partial<MediaServerDependencies> = {},
): Promise<ServerUnderTest> {
  const stop = new AbortController();
  const log = keepingLog();
  const settings = {
    ports: await settlePorts(OPEN_PORTS),
    hookUrl: 'http://127.0.0.1:9/auth',
    rtspHost: '127.0.0.1',
    mediaHosts: [],
  };
  const find = () => findBinary({ binary, path: undefined, installFolder: folder });
  const server = runMediaServer({ find, settings, folder, clock: systemClock, log, signal: stop.signal, ...change });
  return {
    server,
    log,
    folder,
    async stop() {
      stop.abort();
      await server.done;
    },
  };
}

export async function temporaryFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-mediamtx-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Looks again and again until it is so; fails with what it was after `withinMs`. */
export async function until<T>(look: () => T | Promise<T>, isSo: (value: T) => boolean, withinMs = 8_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (Date.now() > deadline) throw new Error(`it did not come to be: ${JSON.stringify(value)}`);
    await systemClock.sleep(10);
  }
}

/** The process that runs now, by what is written down about it. */
export async function pidIn(folder: string): Promise<number> {
  return JSON.parse(await readFile(join(folder, 'mediamtx-process.json'), 'utf8')).child.pid;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A dead one that nobody has buried yet takes signals all the same.
  return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
