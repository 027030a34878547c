// The source of a path: tries, waits five seconds, tries again, until it is stopped (MEDIAMTX.md 4).
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../config/config.ts';
import { type Print, under } from '../log/printer.ts';
import { runSource, type SourceRun } from './run-source.ts';

/** MediaMTX's own, the same for a refused password as for a closed port. */
const RETRY_PAUSE_MS = 5_000;

export type StaticSource = {
  start(how: 'on demand' | 'at once'): void;
  stop(reason: string): void;
};

export type StaticSourceDeps = { url: string; settings: Settings; print: Print } & Pick<
  SourceRun,
  'onReady' | 'onNotReady'
>;

export function createStaticSource({ url, settings, print, onReady, onNotReady }: StaticSourceDeps): StaticSource {
  const printed = under(print, '[RTSP source]');
  let running: AbortController | null = null;

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await runSource({
          source: new URL(url),
          settings,
          signal,
          onReady,
          onNotReady: () => !signal.aborted && onNotReady(),
        });
      } catch (error) {
        printed('ERR', error instanceof Error ? error.message : String(error));
      }
      await delay(RETRY_PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  return {
    start(how) {
      running = new AbortController();
      printed('INF', how === 'on demand' ? 'started on demand' : 'started');
      void run(running.signal);
    },
    stop(reason) {
      printed('INF', `stopped: ${reason}`);
      running?.abort();
      running = null;
    },
  };
}
