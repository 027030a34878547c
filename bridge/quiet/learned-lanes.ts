// All lanes of one camera. Their names come from the camera, so their number is bounded.
import type { HourOfWeek } from './hour-of-week.ts';
import { type LaneHours, newLane, total, withQuiet, withRead } from './lane-hours.ts';

const MAX_LANES = 8;
/** A lane that was quiet for so long while another one read is no lane any more: it was renamed, or closed for good. */
const FORGOTTEN_AFTER_MS = 14 * 24 * 3_600_000;

/** By the camera's name for each; empty where it names none. */
export type LearnedLanes = ReadonlyMap<string, LaneHours>;

export function lanesAfterQuiet(lanes: LearnedLanes, at: HourOfWeek, ms: number): LearnedLanes {
  return new Map([...lanes].map(([name, lane]) => [name, withQuiet(lane, at, ms)]));
}

export function lanesAfterRead(lanes: LearnedLanes, name: string, at: HourOfWeek): LearnedLanes {
  const others = [...lanes].filter(([other, { quietMs }]) => other !== name && total(quietMs) < FORGOTTEN_AFTER_MS);
  const busiest = others.toSorted(([, a], [, b]) => total(b.reads) - total(a.reads)).slice(0, MAX_LANES - 1);
  return new Map([...busiest, [name, withRead(lanes.get(name) ?? newLane(at), at)]]);
}
