// One life of MediaMTX: configured, started, serving, watched, gone.
import { connect } from 'node:net';
import type { Clock } from '../../../shared/support/clock.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import { type ChildEnd, startChild } from './child.ts';
import { configurationText, type MediaMtxSettings } from './configuration.ts';
import type { Binary } from './find-binary.ts';
import { watchHealth } from './health.ts';
import type { MediaApi } from './media-api.ts';
import type { MediaLine } from './media-line.ts';
import { readLine } from './media-line.ts';
import { residentBytes } from './memory.ts';
import { forgetProcess, rememberProcess } from './own-process.ts';
import { relayLine } from './relay-line.ts';
import { writePrivateFile } from './write-private-file.ts';

const LOOPBACK = '127.0.0.1';
const START_TIMEOUT_MS = 15_000;
const SERVES_POLL_MS = 25;
/** Lines about one path, session or listener; only those about MediaMTX as a whole say why it ended. */
const ABOUT_A_PART = /^\[/;

export type RunOnce = {
  settings: MediaMtxSettings;
  configurationFile: string;
  processFile: string;
  api: MediaApi;
  memoryLimitBytes: number;
  onLine: (line: MediaLine) => void;
  onServing: () => void;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** Resolves when the process has gone, with why, as a sentence; rejects when it could not be started. */
export async function runOnce({ command, version }: Binary, deps: RunOnce): Promise<string> {
  const { settings, configurationFile, processFile, api, clock, log, signal } = deps;
  const apiPort = settings.ports.api;
  // Or its answers would be taken for those of the one that is about to fail.
  if (await isTaken(apiPort)) return portTaken(`${LOOPBACK}:${apiPort}`);
  await writePrivateFile(configurationFile, configurationText(version, settings));
  signal.throwIfAborted();

  let lastWords: string | null = null;
  function hear(text: string): void {
    const line = readLine(text);
    if (line.said.kind === 'port_taken') lastWords = portTaken(line.said.address);
    else if (line.level === 'error' && !ABOUT_A_PART.test(line.text)) lastWords ??= line.text;
    relayLine(line, log);
    deps.onLine(line);
  }

  const child = startChild([...command, configurationFile], { clock, onLine: hear });
  const over = new AbortController();
  const alive = AbortSignal.any([signal, over.signal]);
  const end = child.ended.then((ended) => sentenceFor(ended, lastWords)).finally(() => over.abort());
  // It may fail before anybody waits for it.
  end.catch(() => {});
  try {
    await rememberProcess(processFile, child.pid).catch((error: unknown) =>
      log.warn('mediamtx.process_unsaved', { reason: reasonOf(error) }),
    );
    const failure = await Promise.race([end, untilServing(api, clock, alive)]);
    if (failure !== null) return failure;
    deps.onServing();
    const { memoryLimitBytes } = deps;
    const unfit = watchHealth({
      api,
      residentBytes: () => residentBytes(child.pid),
      memoryLimitBytes,
      clock,
      signal: alive,
    }).then((why) => why && `MediaMTX was restarted: ${why}`);
    return await Promise.race([end, unfit.then((why) => why ?? (signal.aborted ? 'MediaMTX is stopped' : end))]);
  } finally {
    if (signal.aborted) await child.stop();
    else await child.kill();
    await forgetProcess(processFile);
  }
}

/** Resolves with null when it serves, with a sentence when it does not in time. */
async function untilServing(api: MediaApi, clock: Clock, signal: AbortSignal): Promise<string | null> {
  const deadline = clock.now() + START_TIMEOUT_MS;
  for (;;) {
    const answered = await api.info().catch(() => null);
    signal.throwIfAborted();
    if (answered !== null) return null;
    if (clock.now() >= deadline)
      return `could not start MediaMTX: it does not serve after ${START_TIMEOUT_MS / 1000} s`;
    await clock.sleep(SERVES_POLL_MS, signal);
  }
}

const portTaken = (address: string) => `could not start MediaMTX: ${address} is taken by another process`;

function sentenceFor({ code, signal }: ChildEnd, lastWords: string | null): string {
  if (lastWords?.startsWith('could not')) return lastWords;
  const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  return `MediaMTX ${how}${lastWords === null ? '' : `: ${lastWords}`}`;
}

function isTaken(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ port, host: LOOPBACK });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
