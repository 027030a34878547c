// What the camera no longer remembers and nobody heard: a loss, told as one.
import { type PicName, picNameAt, wallMsOf } from '../../shared/isapi/plates/pic-name.ts';
import { isoInstant } from '../../shared/support/clock.ts';

const SECOND_MS = 1_000;
/** Beyond what two clocks drift apart between two looks. */
export const CLOCK_SET_MS = 60_000;
/** No camera is back sooner. */
const SHORTEST_REBOOT_MS = 20_000;
/** Longer than between any two sweeps of a bridge that is there. */
const AWAY_MS = 10 * 60_000;

export type MemoryGap = {
  /** UTC instants, our clock: in between the stream was not held, and the camera remembers nothing. */
  from: string;
  to: string;
  /** `rolled_over`: newer vehicles took the places. `emptied`: it remembers none, as after a reboot. */
  why: 'rolled_over' | 'emptied';
  /** Vehicles that may have passed in it, if they came as often as those it does remember; 0 where it remembers none. */
  estimate: number;
};

/** `at`: UTC ms, our clock; what the camera had named by then is safe. */
export type SweptTo = { at: number; aheadMs: number };

export type MemorySeen = {
  /** The last row known to have been there. */
  anchor: PicName;
  /** All rows that the camera gave, in their order. */
  names: readonly PicName[];
  /** UTC ms until which all was heard or remembered; null when this process does not know. */
  heardUntil: number | null;
  /** When the memory was last asked to its end; null where it never was. */
  swept: SweptTo | null;
  /** UTC ms since when it is held now; null when it is not. */
  heardSince: number | null;
  /** The wall minus our clock. */
  aheadMs: number;
  now: number;
};

/** Null while the memory reaches back to the anchor, or the stream has told of everything since. */
export function gapIn({ anchor, names, heardUntil, swept, heardSince, aheadMs, now }: MemorySeen): MemoryGap | null {
  if (names.includes(anchor)) return null;
  const oldest = names[0];
  const newest = names.at(-1);
  const sweptAt = swept?.at ?? Number.POSITIVE_INFINITY;
  // Names tell no time any more once the camera's clock was set: then ours has to do.
  const clockWasSet = swept !== null && Math.abs(swept.aheadMs - aheadMs) > CLOCK_SET_MS;
  const known = clockWasSet ? sweptAt : Math.min(sweptAt, wallMsOf(anchor) - aheadMs);
  const from = Math.max(known, heardUntil ?? Number.NEGATIVE_INFINITY);
  const remembered = oldest === undefined || clockWasSet ? now : wallMsOf(oldest) - aheadMs;
  // Rows from before the anchor went before it did: one that seems older was named while the clock was wrong.
  const to = Math.min(remembered < from ? now : remembered, heardSince ?? now);
  if (from >= to) return null;
  const span = oldest && newest ? wallMsOf(newest) - wallMsOf(oldest) : 0;
  return {
    from: isoInstant(from),
    to: isoInstant(to),
    why: oldest === undefined ? 'emptied' : 'rolled_over',
    estimate: span > 0 ? Math.round(((names.length - 1) * (to - from)) / span) : 0,
  };
}

/**
 * Of a camera that has not shown any row yet: its memory was empty before and after a time in which nobody listened, and
 * says no more of that time than it would after a reboot. Null where that was shorter than a reboot takes.
 */
export function unprovenSpan({
  names,
  heardUntil,
  swept,
  heardSince,
  now,
}: Omit<MemorySeen, 'anchor'>): MemoryGap | null {
  if (names.length > 0 || swept === null) return null;
  const from = Math.max(swept.at, heardUntil ?? Number.NEGATIVE_INFINITY);
  const to = heardSince ?? now;
  // Where this process does not know how long the stream was held, only the last sweep tells, which is minutes ago.
  const isTold = heardUntil !== null && heardSince !== null;
  if (to - from < (isTold ? SHORTEST_REBOOT_MS : AWAY_MS)) return null;
  return { from: isoInstant(from), to: isoInstant(to), why: 'emptied', estimate: 0 };
}

/**
 * Stands in for an anchor that is gone, until a row is known again: what was told is not told twice, and what the camera
 * forgets next is.
 */
export function anchorAfter(gap: MemoryGap | null, { aheadMs, now }: Pick<MemorySeen, 'aheadMs' | 'now'>): PicName {
  const wallMs = (gap === null ? now : Date.parse(gap.to)) + aheadMs;
  // Names tell whole seconds here, and what was told ends no sooner.
  return picNameAt(Math.ceil(wallMs / SECOND_MS) * SECOND_MS);
}
