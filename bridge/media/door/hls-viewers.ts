// HLS has no sessions of its own: a viewer is whoever has asked for something lately. Each brings a pass to MediaMTX, and
// from 1.18 on MediaMTX's own session secret (MEDIAMTX.md 6), neither of which the player ever sees.
import type { StreamName } from '../../../shared/video/stream-name.ts';
import type { Passes } from './passes.ts';
import type { LeaveSeat, Seats } from './seats.ts';

/** Players ask several times a second; one that has paused for so long has left, and is let in again when it asks. */
const IDLE_MS = 30_000;

export type HlsViewer = {
  readonly stream: StreamName;
  readonly subject: string;
  readonly pass: string;
  /** UTC ms. */
  until: number;
  lastRequestAt: number;
  /** MediaMTX's secret of this viewer's session; null where it keeps none. */
  upstreamSession: string | null;
  /** Under way: the request that opens that session, for all others to wait for. */
  opening: Promise<void> | null;
};

type Watching = { stream: StreamName; subject: string; until: number; now: number };

export type HlsViewers = {
  /** The viewer of this key, new when there is none. Throws Busy `rate_limited` when as many watch as may. */
  watching(key: string, watching: Watching): { viewer: HlsViewer; isNew: boolean };
  /** Takes out and answers those whose time is over, and those that have left. */
  sweep(now: number): { viewer: HlsViewer; reason: 'token_ended' | 'left' }[];
  all(): HlsViewer[];
};

export function createHlsViewers({ seats, passes }: { seats: Seats; passes: Passes }): HlsViewers {
  const byKey = new Map<string, { viewer: HlsViewer; leave: LeaveSeat }>();

  function start({ stream, subject, until, now }: Watching): { viewer: HlsViewer; leave: LeaveSeat } {
    const leave = seats.take(stream);
    const pass = passes.issue({ stream, by: 'hls' });
    const viewer = { stream, subject, pass, until, lastRequestAt: now, upstreamSession: null, opening: null };
    return { viewer, leave };
  }

  return {
    watching(key, watching) {
      const known = byKey.get(key);
      const { viewer, leave } = known ?? start(watching);
      if (known === undefined) byKey.set(key, { viewer, leave });
      viewer.until = Math.max(viewer.until, watching.until);
      viewer.lastRequestAt = watching.now;
      return { viewer, isNew: known === undefined };
    },
    sweep(now) {
      const gone: { viewer: HlsViewer; reason: 'token_ended' | 'left' }[] = [];
      for (const [key, { viewer, leave }] of byKey) {
        const reason = viewer.until <= now ? 'token_ended' : now - viewer.lastRequestAt > IDLE_MS ? 'left' : null;
        if (reason === null) continue;
        byKey.delete(key);
        passes.revoke(viewer.pass);
        leave();
        gone.push({ viewer, reason });
      }
      return gone;
    },
    all: () => [...byKey.values()].map(({ viewer }) => viewer),
  };
}
