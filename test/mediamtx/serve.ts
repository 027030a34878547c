// From the configuration file to the exit code: start, reload, end (MEDIAMTX.md 8).
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Config, parseConfig } from './config/config.ts';
import { noFaults, openFaults } from './faults.ts';
import { createPrinter, type Print, plainLine } from './log/printer.ts';
import type { Quirks } from './quirks.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { watchFile } from './watch-file.ts';

const START_FAILED = 1;
/** Of a signal, and of a file that became unreadable while running. */
const ENDED = 0;

export type ServeDeps = {
  configPath: string;
  quirks: Quirks;
  faultsSocket: string | undefined;
  write: (line: string) => void;
};

/** @returns the exit code, when all is closed */
export async function serve({ configPath, quirks, faultsSocket, write }: ServeDeps): Promise<number> {
  const startedAt = Date.now();
  const load = () => parseConfig(readFile(configPath), quirks);
  let config: Config;
  try {
    config = load();
  } catch (error) {
    // Plain text, whatever the log's form: the form stands in what could not be read.
    write(`ERR: ${messageOf(error)}\n`);
    return START_FAILED;
  }
  for (const warning of config.warnings) write(plainLine('WAR', warning));
  let print = printerOf(config, write);
  const faults = faultsSocket === undefined ? noFaults : await openFaults(faultsSocket);
  const ended = Promise.withResolvers<number>();
  const holder = { current: () => config, apply: (next: Config) => void reload(next, 'API request') };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      print('INF', 'shutting down gracefully');
      ended.resolve(ENDED);
    });
  }
  const run = () => runServer({ config, holder, quirks, print, faults, startedAt });

  print('INF', `MediaMTX ${quirks.release}, linux, amd64`);
  print('INF', `configuration loaded from ${resolve(configPath)}`);
  let running: RunningServer;
  try {
    running = await run();
  } catch {
    print('INF', 'waiting for running hooks');
    await faults.close();
    return START_FAILED;
  }
  const unwatch = watchFile(configPath, () => void readAgain());
  /** One after the other, as MediaMTX has one loop for it. */
  let reloading: Promise<void> = Promise.resolve();
  function reload(next: Config, why: string): Promise<void> {
    const previous = config;
    config = next;
    reloading = reloading.then(async () => {
      print('INF', `reloading configuration (${why})`);
      if (isDeepStrictEqual(next.settings, previous.settings)) return running.parts.paths.reload(next.paths);
      // Any global key closes all listeners and with them all viewers.
      await running.close();
      print = printerOf(next, write);
      running = await run();
    });
    reloading = reloading.catch(() => ended.resolve(ENDED));
    return reloading;
  }

  async function readAgain(): Promise<void> {
    try {
      await reload(load(), 'file changed');
    } catch (error) {
      print('INF', 'reloading configuration (file changed)');
      print('ERR', messageOf(error));
      ended.resolve(ENDED);
    }
  }

  const exitCode = await ended.promise;
  unwatch();
  await running.close();
  print('INF', 'waiting for running hooks');
  await faults.close();
  return exitCode;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new Error(`open ${path}: ${isMissing ? 'no such file or directory' : messageOf(error)}`);
  }
}

function printerOf({ settings }: Config, write: (line: string) => void): Print {
  return createPrinter({ logLevel: settings.logLevel, isStructured: settings.logStructured, write });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
