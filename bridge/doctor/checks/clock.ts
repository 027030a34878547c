// The camera's clock and zone: reads are ordered by what it says.
import { readCameraTime } from '../../../shared/detection/camera-time.ts';
import { type CameraClock, readCameraClock } from '../../../shared/isapi/camera-clock.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import { isoOffset } from '../../../shared/isapi/posix-zone.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { ask } from '../ask.ts';
import { failureOf } from '../failure-of.ts';
import { fail, type Outcome, ok, warn } from '../finding.ts';

/** DESIGN, camera time: said above the first, corrected above the second. */
const NOTICEABLE_MS = 5_000;
const WRONG_MS = 5 * 60_000;
/** UTC+8, in which cameras leave the factory and many stay (ISAPI.md 3.6). */
const FACTORY_MINUTES = 480;
const MINUTE_MS = 60_000;
/** `2026-11-22T10:00:00` */
const WALL_CHARACTERS = 19;
const SET_TIME = 'in the camera: Configuration, System, Time: the gate’s zone, then NTP (camera-guide.md, the clock)';

export async function checkClock({ camera, client }: OpenedCamera, clock: Clock): Promise<Outcome> {
  try {
    const askedAt = clock.now();
    const answer = await ask(client, '/ISAPI/System/time');
    const now = (askedAt + clock.now()) / 2;
    const told = readCameraClock(answer);
    const seen = `${told.localTime}, zone ${told.timeZone || 'unknown'}, set by ${told.mode || 'nobody knows whom'}`;
    if (told.now === null) return fail(`${seen}: no usable time`, SET_TIME);
    const offsetMs = told.now - now;
    if (Math.abs(offsetMs) > WRONG_MS) return fail(`${seen}: ${spelt(offsetMs)}`, SET_TIME);
    if (Math.abs(offsetMs) > NOTICEABLE_MS) return warn(`${seen}: ${spelt(offsetMs)}`, SET_TIME);
    const zone = zoneWarning(told, camera.timeZone);
    if (zone) return warn(`${seen}: ${zone}`, SET_TIME);
    if (!/^ntp$/i.test(told.mode)) return warn(`${seen}: it will drift`, SET_TIME);
    return ok(`${seen}, right to ${NOTICEABLE_MS / 1000} s`);
  } catch (error) {
    return failureOf(error, SET_TIME);
  }
}

/** The time may be right all the same, when its offset is told; what is written into the picture is not. */
function zoneWarning({ localTime, utcOffsetMinutes }: CameraClock, timeZone: string | undefined): string | null {
  if (timeZone === undefined) {
    const isFactory = utcOffsetMinutes === FACTORY_MINUTES;
    return isFactory ? 'the zone it left the factory with (UTC+08:00); is that where the gate is?' : null;
  }
  const wall = localTime.slice(0, WALL_CHARACTERS);
  const { instant } = readCameraTime(wall, timeZone);
  if (instant === null) return null;
  const wanted = (Date.parse(`${wall}Z`) - instant) / MINUTE_MS;
  return utcOffsetMinutes === wanted ? null : `not the zone of ${timeZone} (UTC${isoOffset(wanted)})`;
}

function spelt(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const way = offsetMs > 0 ? 'ahead' : 'behind';
  const units = [
    [365 * 86_400, 'years'],
    [86_400, 'days'],
    [3_600, 'hours'],
    [60, 'minutes'],
  ] as const;
  const unit = units.find(([size]) => seconds >= 2 * size);
  return unit ? `${Math.floor(seconds / unit[0])} ${unit[1]} ${way}` : `${seconds} s ${way}`;
}
