// Is it ordinary that no truck came for so long? Judged by the lane's own hours.
//
// The rule: trucks come at random, each hour of the week at its own pace (Poisson), and that pace is known only as well as
// the hour has been listened to (its gamma posterior). The chance that a lane is quiet through all that it was quiet
// through is then the product, over the hours of the week, of (listened / (listened + quiet)) ^ reads. Below one in a
// thousand it is suspicious. Hours that never brought a truck count for nothing: nights may stay quiet for ever.
import type { HourOfWeek } from './hour-of-week.ts';
import { type LaneHours, total } from './lane-hours.ts';

const HOUR_MS = 3_600_000;
const SUSPICIOUS_CHANCE = 1 / 1_000;
/** Before a whole week was listened to, and so many trucks came, nothing is suspicious. */
export const LEARNED_AFTER_MS = 7 * 24 * HOUR_MS;
export const LEARNED_AFTER_READS = 50;

/** An hour of the week that was listened to for less tells nothing: one truck in its first second would be a pace. */
const MIN_LISTENED_MS = HOUR_MS / 2;
/** Less than one truck in three hours is hardly one. */
const HARDLY_EVERY_MS = 3 * HOUR_MS;

export type Quiet = {
  /** Listened to since the last read. */
  quietMs: number;
  isSuspicious: boolean;
  /** False while too little is known for a judgement. */
  isLearned: boolean;
  /** Of a quiet this long, in these hours; 1 while nothing is known. */
  chance: number;
  /** At this hour of the week a truck comes so often; null when hardly one ever does. */
  everyMs: number | null;
  /** Trucks that come as a rule in such a time. */
  expected: number;
  listenedMs: number;
  reads: number;
};

export function judgeQuiet(lane: LaneHours, { hour }: Pick<HourOfWeek, 'hour'>): Quiet {
  let logChance = 0;
  let expected = 0;
  for (const [each, quiet] of lane.quietMs.entries()) {
    const listened = lane.listenedMs[each] ?? 0;
    const reads = lane.reads[each] ?? 0;
    if (listened < MIN_LISTENED_MS) continue;
    logChance -= reads * Math.log1p(quiet / listened);
    expected += (reads * quiet) / listened;
  }
  const listenedMs = total(lane.listenedMs);
  const reads = total(lane.reads);
  const isLearned = listenedMs >= LEARNED_AFTER_MS && reads >= LEARNED_AFTER_READS;
  const chance = Math.exp(logChance);
  return {
    quietMs: total(lane.quietMs),
    isSuspicious: isLearned && chance < SUSPICIOUS_CHANCE,
    isLearned,
    chance,
    everyMs: paceOf(lane, hour),
    expected,
    listenedMs,
    reads,
  };
}

function paceOf({ reads, listenedMs }: LaneHours, hour: number): number | null {
  const listened = listenedMs[hour] ?? 0;
  const everyMs = listened / (reads[hour] ?? 0);
  return listened >= MIN_LISTENED_MS && everyMs <= HARDLY_EVERY_MS ? everyMs : null;
}
