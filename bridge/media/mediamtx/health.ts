// A MediaMTX that lives but serves no more, or grows without end (MEDIAMTX.md 9), is found out here.
import type { Clock } from '../../../shared/support/clock.ts';
import type { MediaApi } from './media-api.ts';

const ASK_EVERY_MS = 10_000;
/** So many questions in a row without an answer, and it is taken for frozen. */
const MAX_UNANSWERED = 3;
const LOOK_AT_MEMORY_EVERY_MS = 60_000;
/** Above the limit a restart waits until nobody watches; above this multiple of it, no longer. */
const HARD_LIMIT_FACTOR = 2;
const MEBIBYTE = 1024 * 1024;

export type Health = {
  api: Pick<MediaApi, 'info' | 'paths'>;
  /** Null where it cannot be told. */
  residentBytes: () => Promise<number | null>;
  memoryLimitBytes: number;
  clock: Clock;
  signal: AbortSignal;
};

/** Resolves with why MediaMTX has to be restarted, or with null when the signal aborts. */
export async function watchHealth({
  api,
  residentBytes,
  memoryLimitBytes,
  clock,
  signal,
}: Health): Promise<string | null> {
  let unanswered = 0;
  let lookedAt = clock.now();
  for (;;) {
    await clock.sleep(ASK_EVERY_MS, signal).catch(() => {});
    if (signal.aborted) return null;
    unanswered = (await succeeds(api.info())) ? 0 : unanswered + 1;
    if (unanswered >= MAX_UNANSWERED) return `it did not answer for ${(MAX_UNANSWERED * ASK_EVERY_MS) / 1000} s`;
    // Either way: a clock that was set back must not end the looking.
    if (Math.abs(clock.now() - lookedAt) < LOOK_AT_MEMORY_EVERY_MS) continue;
    lookedAt = clock.now();
    const bytes = await residentBytes();
    if (bytes === null || bytes <= memoryLimitBytes) continue;
    if (bytes > HARD_LIMIT_FACTOR * memoryLimitBytes || (await isUnwatched(api))) {
      return `it had grown to ${Math.round(bytes / MEBIBYTE)} MiB`;
    }
  }
}

async function isUnwatched(api: Health['api']): Promise<boolean> {
  const paths = await api.paths().catch(() => null);
  return paths?.every(({ readers }) => readers.length === 0) ?? false;
}

async function succeeds(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  );
}
