import type { TimeZone } from '../../shared/detection/camera-time.ts';

const HOUR_MS = 3_600_000;
export const HOURS_A_WEEK = 168;
/** 1970 began on a Thursday: so many hours after its Monday. */
const EPOCH_HOUR = 72;

/** `hour`: 0 (Monday, midnight to one) to 167. `week`: a number that changes on Mondays. */
export type HourOfWeek = { hour: number; week: number };

const formats = new Map<TimeZone, Intl.DateTimeFormat>();

/** The hour that the clocks at the gate show. The hour that autumn repeats is one hour, lived twice. */
export function hourOfWeek(instant: number, timeZone: TimeZone): HourOfWeek {
  const hours =
    Math.floor(Date.parse(`${formatIn(timeZone).format(instant).replace(' ', 'T')}Z`) / HOUR_MS) + EPOCH_HOUR;
  return { hour: ((hours % HOURS_A_WEEK) + HOURS_A_WEEK) % HOURS_A_WEEK, week: Math.floor(hours / HOURS_A_WEEK) };
}

function formatIn(timeZone: TimeZone): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    // Swedish times are written as ISO times are.
    format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(timeZone, format);
  }
  return format;
}
