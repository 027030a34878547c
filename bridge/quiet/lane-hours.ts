// What one lane has taught about its own week: how many trucks each hour brought, and how long it was listened to. Pure.
//
// A quiet hour is learned only when a read ends the quiet: a camera that has stopped reading must not teach that nothing
// ever comes. So the quiet since the last read stands apart, hour by hour, and is also what is judged.
import { HOURS_A_WEEK, type HourOfWeek } from './hour-of-week.ts';

/** What is left of a week's weight after the next one: after four weeks half. */
const WEEKLY_WEIGHT = 0.5 ** (1 / 4);

/** Three numbers for each hour of the week. */
export type LaneHours = {
  /** The week that it was aged for; see HourOfWeek. */
  week: number;
  /** Live reads, aged. */
  reads: readonly number[];
  /** Milliseconds listened to, up to the last read; aged as the reads are. */
  listenedMs: readonly number[];
  /** Milliseconds listened to since the last read. */
  quietMs: readonly number[];
};

const none: readonly number[] = Array<number>(HOURS_A_WEEK).fill(0);

export function newLane({ week }: HourOfWeek): LaneHours {
  return { week, reads: none, listenedMs: none, quietMs: none };
}

/** The lane after `ms` more without a read. */
export function withQuiet(lane: LaneHours, at: HourOfWeek, ms: number): LaneHours {
  const aged = agedTo(lane, at.week);
  return { ...aged, quietMs: added(aged.quietMs, at.hour, ms) };
}

/** The lane after a live read: the quiet before it was an ordinary one. */
export function withRead(lane: LaneHours, at: HourOfWeek): LaneHours {
  const { week, reads, listenedMs, quietMs } = agedTo(lane, at.week);
  return {
    week,
    reads: added(reads, at.hour, 1),
    listenedMs: listenedMs.map((ms, hour) => ms + (quietMs[hour] ?? 0)),
    quietMs: none,
  };
}

/**
 * Once for each new week that is seen, not by the calendar: a clock that jumps over years and back takes away two weeks'
 * weight, not everything.
 */
function agedTo(lane: LaneHours, week: number): LaneHours {
  if (week === lane.week) return lane;
  const age = (value: number) => value * WEEKLY_WEIGHT;
  return { ...lane, week, reads: lane.reads.map(age), listenedMs: lane.listenedMs.map(age) };
}

function added(values: readonly number[], hour: number, more: number): number[] {
  return values.with(hour, (values[hour] ?? 0) + more);
}

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
