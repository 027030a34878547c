// The camera's name for a row of its plate memory: its wall clock at the read, then digits of its own (ISAPI.md 9).

/** 14 to 32 digits that begin with a real moment; always text, since 25 digits fit no number. */
export type PicName = string & { readonly __brand: 'PicName' };

const NAME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d{0,18}$/;
/** What cameras without longer names use, and every client that begins from a time. */
const ORDINARY_DIGITS = 18;
const TIME_DIGITS = 14;

/** Null for anything that does not begin with a moment of the calendar. */
export function parsePicName(text: string): PicName | null {
  const match = NAME.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const moment = Date.parse(`${wall}Z`);
  const isReal = !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(wall);
  return isReal ? (text as PicName) : null;
}

/** Below 0 when `a` was named first: the time decides, then the rest as if zeros followed, whatever the lengths. */
export function comparePicNames(a: PicName, b: PicName): number {
  const digits = Math.max(a.length, b.length);
  const [left, right] = [a.padEnd(digits, '0'), b.padEnd(digits, '0')];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

export function laterPicName(a: PicName, b: PicName): PicName {
  return comparePicNames(a, b) >= 0 ? a : b;
}

export function earlierPicName(a: PicName, b: PicName): PicName {
  return comparePicNames(a, b) <= 0 ? a : b;
}

/** The wall clock that a name begins with, in ms as if it were UTC. */
export function wallMsOf(name: PicName): number {
  return Date.parse(`${wallClockOf(name)}Z`);
}

/** `2026-11-22T10:00:00`. */
export function wallClockOf(name: PicName): string {
  return name.slice(0, TIME_DIGITS).replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6');
}

/** The first name of a moment on the camera's wall. */
export function picNameAt(wallMs: number): PicName {
  const seconds = new Date(wallMs).toISOString().slice(0, 19).replace(/\D/g, '');
  return seconds.padEnd(ORDINARY_DIGITS, '0') as PicName;
}
