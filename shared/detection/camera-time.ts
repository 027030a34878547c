// What a camera's `dateTime` says (ISAPI.md 3.6): offsets may be missing, malformed or wrong, and the clock may be years off.
import { isoInstant } from '../support/clock.ts';

const SHAPE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?\s*(?:(Z)|([+-]?)(\d{1,2}):?(\d\d))?$/i;
const MINUTE_MS = 60_000;
const LATEST_INSTANT_MS = Date.UTC(2200, 0);
/** Beyond this the camera's clock orders nothing any more (DESIGN, camera time). */
export const TRUSTED_CLOCK_OFFSET_MS = 5 * MINUTE_MS;

/** What cameras tell of themselves; a look through a camera's memory reads thousands of rows in it. */
const FIXED_OFFSET = /^([+-])(\d\d):(\d\d)$/;
/** One for each configured zone: making one costs a hundred times what using it does. */
const formats = new Map<TimeZone, Intl.DateTimeFormat>();

/** IANA name of the zone a camera's clock stands in, for times sent without an offset. */
export type TimeZone = string;

export type CameraTime = {
  /** The camera's wall clock to the second, or null when `dateTime` is missing or malformed. */
  wallClock: string | null;
  /** UTC milliseconds, or null when unknown: malformed, or without an offset where no zone is configured. */
  instant: number | null;
};

export function readCameraTime(dateTime: string, timeZone: TimeZone | undefined): CameraTime {
  const match = SHAPE.exec(dateTime.trim());
  const wall = match?.[1]?.toUpperCase();
  if (!match || !wall) return { wallClock: null, instant: null };
  const utc = Date.parse(`${wall}${(match[2] ?? '').slice(0, 4)}Z`);
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 19) !== wall) return { wallClock: null, instant: null };
  const offset = offsetMs(match, utc, timeZone);
  const instant = offset === null ? null : utc - offset;
  return { wallClock: wall, instant: instant !== null && isSane(instant) ? instant : null };
}

/** A clock outside these years says nothing, and would not fit the fixed-width instants that rows are ordered by. */
function isSane(instant: number): boolean {
  return instant >= 0 && instant < LATEST_INSTANT_MS;
}

function offsetMs(match: RegExpExecArray, utc: number, timeZone: TimeZone | undefined): number | null {
  if (match[3]) return 0;
  const hours = match[5];
  // A sign lost on the way (`…31 00:00`) was a plus: a blank is how a form decodes it.
  if (hours) return (match[4] === '-' ? -1 : 1) * (Number(hours) * 60 + Number(match[6] ?? 0)) * MINUTE_MS;
  return timeZone ? zoneOffsetMs(utc, timeZone) : null;
}

/** How far the zone is ahead of UTC when its wall clock shows `wallAsUtc`. */
function zoneOffsetMs(wallAsUtc: number, timeZone: TimeZone): number {
  const guess = aheadOfUtc(wallAsUtc, timeZone);
  return aheadOfUtc(wallAsUtc - guess, timeZone);
}

function aheadOfUtc(instant: number, timeZone: TimeZone): number {
  const fixed = signedMs(FIXED_OFFSET.exec(timeZone));
  if (fixed !== null) return fixed;
  const parts = formatOf(timeZone).formatToParts(instant);
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  return signedMs(/([+-])(\d\d):(\d\d)/.exec(name)) ?? 0;
}

function signedMs(match: RegExpExecArray | null): number | null {
  if (match === null) return null;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * MINUTE_MS;
}

function formatOf(timeZone: TimeZone): Intl.DateTimeFormat {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  return format;
}

/** As far as a right clock and a push's way put its time from its arrival. */
const ON_TIME_MS = 60_000;

export type Timing = { capturedAt: string; at: string; timeFrom: 'camera' | 'corrected' | 'arrival' };

/**
 * When an event comes, seen from its vehicle: `at_once` on a stream that is held, `late_perhaps` on one that has just come up,
 * for cameras first tell what they kept meanwhile, and not all of them mark it (ISAPI.md 3.2); `later` where it may have
 * waited for its way, `whenever` where it is a replay or a memory.
 */
export type Comes = 'at_once' | 'late_perhaps' | 'later' | 'whenever';
/** No camera tells unasked of what is older; a time further back is a clock's fault. */
const KEPT_WITHIN_MS = 24 * 60 * MINUTE_MS;

/**
 * When it happened: the camera's word, corrected by its measured offset above 5 min; our arrival time when it has none,
 * or when its clock was set since it was measured, which a time far from when it came tells. `capturedAt` stays the
 * camera's word, wherever there is one.
 */
export function timingOf(
  instant: number | null,
  receivedAt: number,
  clockOffsetMs: number | null,
  comes: Comes = 'whenever',
): Timing {
  const arrival = isoInstant(receivedAt);
  if (instant === null) return { capturedAt: arrival, at: arrival, timeFrom: 'arrival' };
  const capturedAt = isoInstant(instant);
  if (isImpossible(instant, receivedAt, clockOffsetMs, comes)) return { capturedAt, at: arrival, timeFrom: 'arrival' };
  const isOff = clockOffsetMs !== null && Math.abs(clockOffsetMs) > TRUSTED_CLOCK_OFFSET_MS;
  // A push that comes as its own time has it: its camera's clock was put right since it was measured.
  const wasPutRight = comes === 'later' && Math.abs(instant - receivedAt) <= ON_TIME_MS;
  // A replay that would be of the future, corrected: its camera's clock was set back since.
  const isOfBefore = instant - (clockOffsetMs ?? 0) - receivedAt > TRUSTED_CLOCK_OFFSET_MS && instant <= receivedAt;
  if (!isOff || wasPutRight || isOfBefore) return { capturedAt, at: capturedAt, timeFrom: 'camera' };
  return { capturedAt, at: isoInstant(instant - clockOffsetMs), timeFrom: 'corrected' };
}

function isImpossible(instant: number, receivedAt: number, clockOffsetMs: number | null, comes: Comes): boolean {
  if (comes === 'whenever') return false;
  const aheadMs = instant - (clockOffsetMs ?? 0) - receivedAt;
  // Nothing is captured after it came, whether the clock was ever measured or not.
  if (aheadMs > TRUSTED_CLOCK_OFFSET_MS) return true;
  if (comes === 'later' || clockOffsetMs === null) return false;
  return aheadMs < (comes === 'at_once' ? -TRUSTED_CLOCK_OFFSET_MS : -KEPT_WITHIN_MS);
}
