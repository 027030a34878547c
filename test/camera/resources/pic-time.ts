import { seventeenDigits, wallClock } from '../alerts/camera-time.ts';

const DIGITS = /^\d{14,25}$/;
const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{0,4})([+-]\d{3,4})?$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/;
const OFFSET = /^([+-])(\d{1,2})(\d\d)$/;

/**
 * A `picTime` in any form that clients use (ISAPI.md 9), as digits of the camera's wall clock; empty for "from the
 * beginning", null for what this camera does not understand.
 */
export function readPicTime(asked: string, zoneMinutes: number): string | null {
  if (asked === '0') return '';
  if (DIGITS.test(asked)) return asked;
  if (ISO.test(asked)) return localDigits(Date.parse(asked), zoneMinutes);
  const compact = COMPACT.exec(asked);
  if (compact === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', offset] = compact;
  if (offset === undefined) return `${year}${month}${day}${hour}${minute}${second}${fraction}`;
  const utc = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) - offsetMs(offset);
  return localDigits(utc, zoneMinutes);
}

function localDigits(utcMs: number, zoneMinutes: number): string | null {
  return Number.isNaN(utcMs) ? null : seventeenDigits(wallClock(utcMs, zoneMinutes));
}

function offsetMs(offset: string): number {
  const [, sign, hours, minutes] = OFFSET.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
