import * as z from 'zod';
import { readAs, Text } from './document.ts';
import { utcOffsetMinutes } from './posix-zone.ts';

const MINUTE_MS = 60_000;
const LOCAL_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;

export type CameraClock = {
  /** `NTP`, `manual`, `satellite`, `platform`, or whatever the camera calls it. */
  mode: string;
  /** As sent. */
  localTime: string;
  /** As sent: POSIX, with inverted sign. */
  timeZone: string;
  /** Minutes east of UTC, by the time's own offset, else by the zone; null when neither can be read. */
  utcOffsetMinutes: number | null;
  /** What the camera takes for now, in ms since 1970; null without a usable time or offset. */
  now: number | null;
};

const Schema = z.object({ timeMode: Text, localTime: Text, timeZone: Text });

/**
 * `GET /ISAPI/System/time` (ISAPI.md 10.2).
 * @throws Rejected `camera_refused` when the bytes are no Time
 */
export function readCameraClock(bytes: Uint8Array): CameraClock {
  const { timeMode, localTime, timeZone } = readAs(bytes, { roots: ['Time'] }, Schema);
  const match = LOCAL_TIME.exec(localTime);
  const wallMs = match ? Date.parse(`${localTime.slice(0, 19)}Z`) : Number.NaN;
  const offset = Number.isNaN(wallMs) ? null : (ownOffset(match?.[7]) ?? utcOffsetMinutes(timeZone, wallMs));
  return {
    mode: timeMode,
    localTime,
    timeZone,
    utcOffsetMinutes: offset,
    now: offset === null ? null : wallMs - offset * MINUTE_MS,
  };
}

function ownOffset(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (text === 'Z') return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(-2)));
}
