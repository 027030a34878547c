// POSIX time zones as cameras write them (ISAPI.md 10.2): the sign is inverted, `CST-8:00:00` is UTC+8.

const MINUTE_MS = 60_000;
const ZONE =
  /^[A-Za-z]{1,16}([+-]?\d{1,2}(?::\d{2}){0,2})(?:[A-Za-z]{1,16}(\d{1,2}(?::\d{2}){0,2})?(?:,(M[^,]*),(M[^,]*))?)?$/;
const RULE = /^M(\d{1,2})\.([1-5])\.([0-6])(?:\/(\d{1,2}(?::\d{2}){0,2}))?$/;
/** Local hour at which summer time changes when the rule names none. */
const DEFAULT_CHANGE_MINUTES = 120;
const DEFAULT_SUMMER_MINUTES = 60;

/**
 * Minutes east of UTC that `zone` means at a wall-clock time, or null when it cannot be read.
 * @param wallMs the wall clock, written as if it were UTC
 */
export function utcOffsetMinutes(zone: string, wallMs: number): number | null {
  const match = ZONE.exec(zone.trim());
  const west = minutesOf(match?.[1]);
  if (match === null || west === null) return null;
  const [, , summer, start, end] = match;
  const standard = west === 0 ? 0 : -west;
  if (start === undefined || end === undefined) return standard;
  const from = changeOf(start, wallMs);
  const to = changeOf(end, wallMs);
  if (from === null || to === null) return standard;
  // South of the equator summer spans the new year.
  const isSummer = from < to ? wallMs >= from && wallMs < to : wallMs >= from || wallMs < to;
  return isSummer ? standard + (minutesOf(summer) ?? DEFAULT_SUMMER_MINUTES) : standard;
}

/** Minutes east of UTC as ISO 8601 and `TimeZone` write them: 300 to `+05:00`. */
export function isoOffset(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `-8:00:00` to -480. */
function minutesOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [hours = 0, minutes = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** `M4.1.0/02:00:00` (first Sunday of April, 02:00) to a wall-clock instant in the year of `wallMs`. */
function changeOf(rule: string, wallMs: number): number | null {
  const match = RULE.exec(rule);
  if (match === null) return null;
  const [month, week, weekday] = [Number(match[1]) - 1, Number(match[2]), Number(match[3])];
  const year = new Date(wallMs).getUTCFullYear();
  const firstWeekday = new Date(Date.UTC(year, month, 1)).getUTCDay();
  let day = 1 + ((weekday - firstWeekday + 7) % 7) + (week - 1) * 7;
  const daysInMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  // Week 5 means the last one, whichever that is.
  while (day > daysInMonth) day -= 7;
  return Date.UTC(year, month, day) + (minutesOf(match[4]) ?? DEFAULT_CHANGE_MINUTES) * MINUTE_MS;
}
