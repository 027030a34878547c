import { readCameraTime } from '../../detection/camera-time.ts';

/** `20200424T1616270000`, `20200424T161627+0400`, `20200424161627000`; one client's `-500` is five hours (ISAPI.md 9). */
const COMPACT = /^(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)(\d{0,18})(Z|[+-]\d{1,2}:?\d\d)?$/i;
const FRACTION_DIGITS = 3;

/** A `captureTime` in any form of the field as a `dateTime` (`2020-04-24T16:16:27.000+0400`); null when it is no time. */
export function readCaptureTime(text: string): string | null {
  const match = COMPACT.exec(text.trim());
  const dateTime = match === null ? text.trim() : written(match);
  return readCameraTime(dateTime, undefined).wallClock === null ? null : dateTime;
}

function written([, year, month, day, hour, minute, second, fraction = '', offset = '']: RegExpExecArray): string {
  const milliseconds = fraction === '' ? '' : `.${fraction.slice(0, FRACTION_DIGITS)}`;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${milliseconds}${offset}`;
}
