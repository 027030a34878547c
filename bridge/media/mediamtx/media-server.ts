// MediaMTX as a process: found, configured, started, watched, restarted with back-off, ended with us. The plates' process
// knows nothing of it, and nothing of it ends this one.
import { join, resolve } from 'node:path';
import { type Clock, isoInstant } from '../../../shared/support/clock.ts';
import { Busy, reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import type { MediaMtxSettings } from './configuration.ts';
import type { Binary } from './find-binary.ts';
import { type MediaApi, mediaApi } from './media-api.ts';
import type { MediaLine } from './media-line.ts';
import { endLeftover } from './own-process.ts';
import { RestartPause } from './restart-pause.ts';
import { type RunOnce, runOnce } from './run-once.ts';
import { noteOn, versionText } from './version.ts';

const LOOPBACK = '127.0.0.1';
/** Somebody may install it while we run. */
const LOOK_AGAIN_MS = 30_000;
const DEFAULT_MEMORY_LIMIT_BYTES = 512 * 1024 * 1024;

export type MediaServerState = {
  /** `missing`: there is no MediaMTX to run. */
  status: 'starting' | 'running' | 'restarting' | 'missing' | 'stopped';
  /** `v1.16.1` */
  version: string | null;
  /** ISO instant since which the status is so. */
  since: string;
  /** How often it was started again since this process began. */
  restarts: number;
  /** A sentence about why it does not run, or ran no longer. */
  reason: string | null;
};

export interface MediaServer {
  readonly state: MediaServerState;
  readonly api: MediaApi;
  /** `http://127.0.0.1:<port>` */
  readonly whepUrl: string;
  readonly hlsUrl: string;
  /** Resolves when it serves. @throws Busy `camera_busy` when it does not in time, at once when there is none to run */
  ready(timeoutMs: number): Promise<void>;
  /** Called for every line it prints. */
  onLine(listen: (line: MediaLine) => void): void;
  /** Resolves after the signal, when the process has gone. */
  done: Promise<void>;
}

export type MediaServerDependencies = {
  /** Asked before every start: what was installed or replaced meanwhile is what runs. */
  find: () => Promise<Binary>;
  settings: MediaMtxSettings;
  /** For the configuration and the process's identity. */
  folder: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** Resident memory above which it is restarted when nobody watches. */
  memoryLimitBytes?: number;
};

/** Starts at once, and never throws: what is wrong is its state. */
export function runMediaServer(deps: MediaServerDependencies): MediaServer {
  const { find, settings, clock, log, signal } = deps;
  const { ports } = settings;
  const folder = resolve(deps.folder);
  const processFile = join(folder, 'mediamtx-process.json');
  const api = mediaApi({ baseUrl: `http://${LOOPBACK}:${ports.api}`, clock });
  const listeners: ((line: MediaLine) => void)[] = [];
  let state: MediaServerState = {
    status: 'starting',
    version: null,
    since: isoInstant(clock.now()),
    restarts: 0,
    reason: null,
  };
  let changed = Promise.withResolvers<void>();

  function become(status: MediaServerState['status'], change: Partial<MediaServerState> = {}): void {
    const isNews = state.status !== status || state.reason !== (change.reason ?? null);
    const since = state.status === status ? state.since : isoInstant(clock.now());
    state = { ...state, reason: null, ...change, status, since };
    if (isNews) say(state);
    changed.resolve();
    changed = Promise.withResolvers();
  }

  function say({ status, version, reason, restarts }: MediaServerState): void {
    if (reason === null) log.info(`mediamtx.${status}`, { version, restarts });
    else log.warn(`mediamtx.${status}`, { version, restarts, reason });
  }

  async function runUntilSignal(): Promise<void> {
    const pause = new RestartPause();
    await endLeftover(processFile, { clock, log }).catch((error: unknown) =>
      log.warn('mediamtx.leftover_kept', { reason: reasonOf(error) }),
    );
    while (!signal.aborted) {
      const startedAt = clock.now();
      const wait = (await oneLife()) ? pause.next(clock.now() - startedAt) : LOOK_AGAIN_MS;
      await clock.sleep(wait, signal).catch(() => {});
    }
    become('stopped');
  }

  /** Resolves when the process has gone and `state` tells why; false when there was nothing to run. */
  async function oneLife(): Promise<boolean> {
    let binary: Binary;
    try {
      binary = await find();
    } catch (error) {
      become('missing', { reason: reasonOf(error), version: null });
      return false;
    }
    const version = versionText(binary.version);
    const note = noteOn(binary.version);
    if (state.version !== version && note !== null) log.warn('mediamtx.version_unknown', { note });
    state = { ...state, version };
    if (state.status === 'missing') become('starting');
    const reason = await runOnce(binary, life).catch(reasonOf);
    if (!signal.aborted) become('restarting', { reason, restarts: state.restarts + 1 });
    return true;
  }

  const life: RunOnce = {
    settings,
    configurationFile: join(folder, 'mediamtx.yml'),
    processFile,
    api,
    memoryLimitBytes: deps.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT_BYTES,
    onLine: (line) => {
      for (const listen of listeners) listen(line);
    },
    onServing: () => become('running'),
    clock,
    log,
    signal,
  };
  const done = runUntilSignal();
  return {
    api,
    whepUrl: `http://${LOOPBACK}:${ports.webrtc}`,
    hlsUrl: `http://${LOOPBACK}:${ports.hls}`,
    done,
    get state() {
      return state;
    },
    onLine: (listen) => void listeners.push(listen),
    async ready(timeoutMs) {
      const timeout = new AbortController();
      const late = clock.sleep(timeoutMs, timeout.signal).then(
        () => true,
        () => false,
      );
      try {
        let isLate = false;
        while (state.status !== 'running') {
          const { status, reason } = state;
          if (isLate || status === 'missing' || status === 'stopped') {
            throw new Busy('camera_busy', `could not serve video: MediaMTX is ${status}${reason ? `: ${reason}` : ''}`);
          }
          isLate = await Promise.race([late, changed.promise.then(() => false)]);
        }
      } finally {
        timeout.abort();
      }
    },
  };
}
