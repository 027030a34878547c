// What the camera no longer remembers and nobody heard: a loss, told as one.
import { type PicName, wallMsOf } from '../../shared/isapi/plates/pic-name.ts';
import { isoInstant } from '../../shared/support/clock.ts';

export type MemoryGap = {
  /** UTC instants, our clock: in between the stream was not held, and the camera remembers nothing. */
  from: string;
  to: string;
  /** `rolled_over`: newer vehicles took the places. `emptied`: it remembers none, as after a reboot. */
  why: 'rolled_over' | 'emptied';
  /** Vehicles that may have passed in it, if they came as often as those it does remember; 0 where it remembers none. */
  estimate: number;
};

export type MemorySeen = {
  /** The last row known to have been there. */
  anchor: PicName;
  /** All rows that the camera gave, in their order. */
  names: readonly PicName[];
  /** UTC ms until which the stream was held before the last break; null when it was not, by this process. */
  heardUntil: number | null;
  /** UTC ms since when it is held now; null when it is not. */
  heardSince: number | null;
  /** The wall minus our clock. */
  aheadMs: number;
  now: number;
};

/** Null while the memory reaches back to the anchor, or the stream has told of everything since. */
export function gapIn({ anchor, names, heardUntil, heardSince, aheadMs, now }: MemorySeen): MemoryGap | null {
  if (names.includes(anchor)) return null;
  const oldest = names[0];
  const newest = names.at(-1);
  const from = Math.max(wallMsOf(anchor) - aheadMs, heardUntil ?? Number.NEGATIVE_INFINITY);
  const remembered = oldest === undefined ? now : wallMsOf(oldest) - aheadMs;
  const to = Math.min(remembered, heardSince ?? now);
  if (from >= to) return null;
  const span = oldest && newest ? wallMsOf(newest) - wallMsOf(oldest) : 0;
  return {
    from: isoInstant(from),
    to: isoInstant(to),
    why: oldest === undefined ? 'emptied' : 'rolled_over',
    estimate: span > 0 ? Math.round(((names.length - 1) * (to - from)) / span) : 0,
  };
}
