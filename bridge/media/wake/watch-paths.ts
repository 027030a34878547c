// Looks after the paths that MediaMTX has: what plays, what stands still, what may stay.
import type { Clock } from '../../../shared/support/clock.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import type { MediaApi, PathState } from '../mediamtx/media-api.ts';
import type { WatchedStream } from './watched-stream.ts';
import type { Withdrawal } from './withdrawal.ts';

const LOOK_EVERY_MS = 1_000;
/** The guard's row is in a table: asked only while a camera has paths. */
const ASK_GUARD_EVERY_MS = 5_000;

export type WatchPaths = {
  all: readonly WatchedStream[];
  api: Pick<MediaApi, 'paths'>;
  withdrawal: Withdrawal;
  reopen: (target: WatchedStream) => Promise<void>;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** `begin` is called for every path that was put in. */
export function watchPaths(deps: WatchPaths): { begin(): void; done: Promise<void> } {
  const { all, api, withdrawal, reopen, clock, log, signal } = deps;
  let begun = Promise.withResolvers<void>();
  let guardsAskedAt = Number.NEGATIVE_INFINITY;
  let isAnswering = true;

  async function look(): Promise<void> {
    const before = new Map(all.map((target) => [target, target.path]));
    let states: PathState[] | null = null;
    try {
      states = await api.paths();
      isAnswering = true;
    } catch (error) {
      if (isAnswering) log.warn('video.paths_unknown', { reason: reasonOf(error) });
      isAnswering = false;
    }
    for (const target of all) {
      // Put in or taken out while MediaMTX was asked: the answer may be older.
      if (target.path === null || target.path !== before.get(target)) continue;
      const state = states?.find(({ stream }) => stream === target.stream) ?? null;
      target.seen = state;
      if (state !== null) judge(target, state);
      // After a restart MediaMTX has no paths.
      else if (states !== null) target.path = null;
    }
  }

  function judge(target: WatchedStream, state: PathState): void {
    const now = clock.now();
    if (target.path?.isCondemned) withdrawal.takeOut(target);
    else if (target.stand.has(state, now)) restart(target);
    else if (state.ready) {
      target.trouble = null;
      target.isStalled = false;
    } else if (target.isLeft(now)) {
      log.info('video.path_withdrawn', { stream: target.stream });
      withdrawal.takeOut(target);
    }
  }

  function restart(target: WatchedStream): void {
    const { stream } = target;
    target.stalls += 1;
    target.restarts += 1;
    target.isStalled = true;
    log.warn('video.stalled', { stream, stalls: target.stalls });
    target.stand.has(null, clock.now());
    withdrawal.takeOut(target);
    target.trouble = {
      reason: 'the camera sent nothing for 10 s; the stream is opened anew',
      code: 'camera_unreachable',
    };
    void reopen(target);
  }

  async function askGuards(): Promise<void> {
    if (Math.abs(clock.now() - guardsAskedAt) < ASK_GUARD_EVERY_MS) return;
    guardsAskedAt = clock.now();
    for (const opened of new Set(all.map((target) => target.opened))) {
      const asked = all.filter((target) => target.opened === opened).map((target) => ({ target, path: target.path }));
      if (asked.every(({ path }) => path === null)) continue;
      const state = await opened.guard.state().catch((error: unknown) => {
        log.warn('video.guard_unread', { camera: opened.camera.id, reason: reasonOf(error) });
        return null;
      });
      if (!state?.shut) continue;
      for (const { target, path } of asked) {
        if (path !== null && path === target.path) close(target, state.shut.since);
      }
    }
  }

  /** A stream that plays sends no login: it goes on while the guard is shut, but does not wake again once it has ended. */
  function close(target: WatchedStream, since: string): void {
    if (target.seen?.ready) {
      if (target.proof(clock.now()) !== null) target.forgetProof();
      return;
    }
    log.warn('video.path_withdrawn', { stream: target.stream, reason: 'the guard is shut' });
    withdrawal.takeOut(target);
    target.trouble = { reason: `the camera's guard is shut since ${since}`, code: 'camera_locked' };
  }

  async function run(): Promise<void> {
    const stopped = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => stopped.resolve(), { once: true });
    if (signal.aborted) stopped.resolve();
    while (!signal.aborted) {
      if (all.every(({ path }) => path === null)) await Promise.race([begun.promise, stopped.promise]);
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
      if (signal.aborted) return;
      await look();
      await askGuards();
    }
  }

  return {
    begin() {
      begun.resolve();
      begun = Promise.withResolvers();
    },
    done: run(),
  };
}
