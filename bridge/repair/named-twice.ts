// A clock that was set back names a stretch of time for the second time. A camera lists as it has stored and so many rows
// at most, so of what is named then some may stay behind what was named before, and no question finds it (page-walk.ts).
import { picNameAt } from '../../shared/isapi/plates/pic-name.ts';
import { CLOCK_SET_MS } from './memory-gap.ts';
import type { PageWalk } from './page-walk.ts';

const MINUTE_MS = 60_000;

type Ahead = { aheadMs: number };
type Stretch = { fromMs: number; toMs: number; backMs: number };

export class NamedTwice {
  /** By the camera's wall; null where no sweep is to be looked at. */
  #stretch: Stretch | null = null;

  /** `since`: UTC ms, our clock, when the wall was known to be as `before`; null: then it is not known when it was set. */
  measured(before: Ahead | null, wall: Ahead | null, times: { since: number | null; now: number }): void {
    if (before === null || wall === null) return;
    const backMs = before.aheadMs - wall.aheadMs;
    if (backMs <= CLOCK_SET_MS) return;
    this.#stretch = { fromMs: (times.since ?? times.now) + wall.aheadMs, toMs: times.now + before.aheadMs, backMs };
  }

  /** Why rows may be hidden, said once of each step; null where none can be, or no clock was set back. */
  reasonIn(walk: PageWalk): string | null {
    const stretch = this.#stretch;
    this.#stretch = null;
    if (stretch === null || walk.answerHolds === null) return null;
    const { fromMs, toMs, backMs } = stretch;
    if (walk.mostWithin(picNameAt(fromMs), picNameAt(toMs), backMs) < walk.answerHolds) return null;
    const minutes = Math.round(backMs / MINUTE_MS);
    return (
      `the camera's clock was set back by ${minutes} min, and in so long it had named more vehicles than the ` +
      `${walk.answerHolds} of one answer: those that it named since may stay behind them, where no other road told of them`
    );
  }
}
