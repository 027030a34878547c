// How far the camera's wall was ahead of our clock, and when: what the camera remembers is named by that wall, which may
// have been set since. Of the two clocks ours is taken for the steady one.
import type { Clock } from '../../shared/support/clock.ts';
import type { SweptTo } from './memory-gap.ts';

/** Smaller changes are what whole seconds, the way of an answer and a slow crystal make. */
const SAME_WITHIN_MS = 60_000;
/** A name has whole seconds, and a wall is measured as well as that. */
const NAMED_WITHIN_MS = 2_000;
/** More often no clock is set within what a camera remembers. */
const MAX_EPOCHS = 16;

/** All but `aheadMs` are UTC ms, ours. Set between two measures, the wall may have shown either in the time between. */
type Epoch = {
  /** The last measure that was another; nothing earlier can be of this one. */
  notBefore: number;
  measuredAt: number;
  /** The first measure that was another again; null while there is none. */
  notAfter: number | null;
  /** What the wall shows minus our UTC. */
  aheadMs: number;
};

export class WallEpochs {
  readonly #clock: Pick<Clock, 'now'>;
  #epochs: Epoch[] = [];
  #heartbeatsShowIt = false;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** What an earlier process measured last. */
  resume(swept: SweptTo | null): void {
    if (swept !== null) this.measured(swept.at, swept.aheadMs);
  }

  /** A heartbeat's time. Some cameras may tell it in another zone than the wall's; then it says nothing of the wall. */
  heard(at: number, aheadMs: number): void {
    const last = this.#epochs.at(-1);
    if (last === undefined) return;
    this.#heartbeatsShowIt ||= isSame(aheadMs, last.aheadMs);
    if (this.#heartbeatsShowIt) this.measured(at, aheadMs);
  }

  measured(at: number, aheadMs: number): void {
    const last = this.#epochs.at(-1);
    if (last === undefined || at < last.measuredAt - SAME_WITHIN_MS) {
      // Ours was set back: by the clock that is right now, the old measures say nothing.
      this.#epochs = [{ notBefore: Number.NEGATIVE_INFINITY, measuredAt: at, notAfter: null, aheadMs }];
    } else if (isSame(aheadMs, last.aheadMs)) {
      last.measuredAt = Math.max(last.measuredAt, at);
      last.aheadMs = aheadMs;
    } else {
      last.notAfter = at;
      const epoch = { notBefore: last.measuredAt, measuredAt: at, notAfter: null, aheadMs };
      this.#epochs = [...this.#epochs.slice(1 - MAX_EPOCHS), epoch];
    }
  }

  /** How far the wall was ahead when it showed `wallMs`; null where the newest measure must do. */
  earlierAheadMs(wallMs: number): number | null {
    const now = this.#clock.now();
    const fitting = this.#epochs.filter(({ notBefore, notAfter, aheadMs }) => {
      const at = wallMs - aheadMs;
      return at >= notBefore - NAMED_WITHIN_MS && at <= (notAfter ?? now) + NAMED_WITHIN_MS;
    });
    const [only] = fitting;
    return only === undefined || fitting.length > 1 || only.notAfter === null ? null : only.aheadMs;
  }
}

function isSame(aheadMs: number, otherMs: number): boolean {
  return Math.abs(aheadMs - otherMs) <= SAME_WITHIN_MS;
}
