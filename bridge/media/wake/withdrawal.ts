// Taking paths out of MediaMTX: with the path goes the password, so that nothing can send it any more.
import type { Clock } from '../../../shared/support/clock.ts';
import { GateError, Rejected, reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import type { MediaApi } from '../mediamtx/media-api.ts';
import type { Trouble, WatchedStream } from './watched-stream.ts';

/** A bad login must be counted; other requests of ours may be in their turn before. */
const REPORT_PATIENCE_MS = 60_000;
const UNKNOWN_NOTICE = { triesLeft: null, unlockSeconds: null };
const REFUSED: Trouble = {
  reason:
    "the camera refused the login of the video: its guard is shut until the password changes or an operator's word",
  code: 'camera_locked',
};

export interface Withdrawal {
  /** Nobody may wake it from now on; the path goes, with its readers. What fails is tried again at the next look. */
  takeOut(target: WatchedStream): void;
  /** The camera refused the login that MediaMTX sent: every path of that camera goes, and the guard is told. */
  refused(target: WatchedStream): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

type Dependencies = { all: readonly WatchedStream[]; api: Pick<MediaApi, 'removePath'>; clock: Clock; log: Log };

export function createWithdrawal({ all, api, clock, log }: Dependencies): Withdrawal {
  const underWay = new Set<Promise<void>>();

  function follow(work: Promise<void>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  function takeOut(target: WatchedStream): void {
    const { stream } = target;
    target.forgetProof();
    target.seen = null;
    if (target.path !== null) target.path.isCondemned = true;
    const removal = target.inTurn(async () => {
      await api.removePath(stream);
      target.path = null;
    });
    follow(removal.catch((error: unknown) => log.warn('video.path_kept', { stream, reason: reasonOf(error) })));
  }

  /** No request of ours was it, and still a login that the camera counted. */
  async function count({ opened, stream }: WatchedStream, passwordVersion: string | null): Promise<void> {
    try {
      await opened.guard.pass({ until: clock.now() + REPORT_PATIENCE_MS }, async ({ account }) => {
        if (passwordVersion !== null && account.passwordVersion !== passwordVersion) {
          // It was an older password, which nobody will send again; the new one is innocent.
          throw new Rejected('conflict', 'the password has changed since');
        }
        return { kind: 'refused', logins: 1, why: 'bad_login', notice: UNKNOWN_NOTICE };
      });
    } catch (error) {
      // Shut, by this word or before it: what was wanted.
      if (error instanceof GateError && error.code === 'camera_locked') return;
      log.error('video.refusal_uncounted', { stream, reason: reasonOf(error) });
    }
  }

  return {
    takeOut,
    refused(target) {
      log.error('video.login_refused', { stream: target.stream });
      const passwordVersion = target.path?.passwordVersion ?? null;
      for (const one of all) {
        if (one.opened !== target.opened) continue;
        one.trouble = REFUSED;
        takeOut(one);
      }
      follow(count(target, passwordVersion));
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
