// For tests: lanes that have listened to some weeks of made-up traffic.
import { HOURS_A_WEEK, type HourOfWeek } from './hour-of-week.ts';
import { type LaneHours, newLane, withQuiet, withRead } from './lane-hours.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** Monday 2026-11-16, midnight UTC. */
export const MONDAY = Date.UTC(2026, 10, 16);

/** `readsAt`: trucks in that hour of the week, evenly spread. */
export function laneAfter(weeks: number, readsAt: (hour: number) => number, firstWeek = 0): LaneHours {
  let lane = newLane({ hour: 0, week: firstWeek });
  for (let n = 0; n < weeks * HOURS_A_WEEK; n += 1) {
    const at: HourOfWeek = { hour: n % HOURS_A_WEEK, week: firstWeek + Math.floor(n / HOURS_A_WEEK) };
    const reads = readsAt(at.hour);
    const share = HOUR_MS / (reads + 1);
    for (let truck = 0; truck < reads; truck += 1) lane = withRead(withQuiet(lane, at, share), at);
    lane = withQuiet(lane, at, share);
  }
  return lane;
}

/** Trucks from six in the morning to eight in the evening, Monday to Friday. */
export const isDay = (hour: number) => hour < 5 * 24 && hour % 24 >= 6 && hour % 24 < 20;
