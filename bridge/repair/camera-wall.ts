// The camera's wall clock beside ours, asked before each sweep: its memory is named by that wall, steps and all.
import { readCameraTime, type TimeZone } from '../../shared/detection/camera-time.ts';
import { readCameraClock } from '../../shared/isapi/camera-clock.ts';
import type { CameraClient } from '../../shared/isapi/client.ts';
import { wallClockOf, wallMsOf } from '../../shared/isapi/plates/pic-name.ts';
import type { PlateRow } from '../../shared/isapi/plates/read-plates.ts';
import { isoOffset, utcOffsetMinutes } from '../../shared/isapi/posix-zone.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { Rejected } from '../../shared/support/errors.ts';
import type { WallEpochs } from './wall-epochs.ts';

const SECOND_MS = 1_000;
const TIME_PATH = '/ISAPI/System/time';
const TIME_TIMEOUT_MS = 5_000;
const MAX_TIME_BYTES = 64 * 1024;
const HAS_OFFSET = /(Z|[+-]\d{1,2}:?\d\d)$/i;

export type CameraWall = {
  /** What the wall shows minus our UTC, in ms: its zone and its error in one. */
  aheadMs: number;
  /** The zone that a row without an offset was named in; undefined when nobody knows. */
  zoneOf(row: PlateRow): TimeZone | undefined;
  /** The camera's clock minus ours when it named that row, for the row's way of telling time; null when nobody knows. */
  clockOffsetOf(row: PlateRow): number | null;
};

type MeasureWall = {
  client: CameraClient;
  clock: Pick<Clock, 'now'>;
  configuredZone: TimeZone | undefined;
  /** What was measured before; it learns of this one. Without it every row is dated by this one. */
  epochs?: WallEpochs | undefined;
};

/** Null when the camera tells no time that can be read; throws what else `CameraClient.request` throws. */
export async function measureWall(
  { client, clock, configuredZone, epochs }: MeasureWall,
  signal: AbortSignal,
): Promise<CameraWall | null> {
  const request = { method: 'GET', path: TIME_PATH, timeoutMs: TIME_TIMEOUT_MS, maxBytes: MAX_TIME_BYTES } as const;
  try {
    const { body } = await client.request({ ...request, signal });
    const now = clock.now();
    const wall = wallOf(body, now, configuredZone, epochs);
    if (wall !== null) epochs?.measured(now, wall.aheadMs);
    return wall;
  } catch (error) {
    if (error instanceof Rejected) return null;
    throw error;
  }
}

/** Throws Rejected `camera_refused` when the bytes are no Time. */
export function wallOf(
  bytes: Uint8Array,
  now: number,
  configuredZone: TimeZone | undefined,
  epochs?: WallEpochs,
): CameraWall | null {
  const camera = readCameraClock(bytes);
  const { wallClock } = readCameraTime(camera.localTime, undefined);
  if (wallClock === null) return null;
  const wallMs = Date.parse(`${wallClock}Z`);

  function zoneAt(ms: number): TimeZone | undefined {
    if (configuredZone !== undefined) return configuredZone;
    if (camera.utcOffsetMinutes === null) return undefined;
    // Its zone's rule knows on which side of a change of summer time a row was named; where the rule is not even true
    // for now, what the camera says beside its time is.
    const isTrueNow = utcOffsetMinutes(camera.timeZone, wallMs) === camera.utcOffsetMinutes;
    return isoOffset((isTrueNow ? utcOffsetMinutes(camera.timeZone, ms) : null) ?? camera.utcOffsetMinutes);
  }

  function clockOffset(hasOffset: boolean): number | null {
    const instant = hasOffset ? camera.now : readCameraTime(wallClock ?? '', zoneAt(wallMs)).instant;
    return instant === null ? null : instant - now;
  }

  const dateTimeOf = ({ dateTime, picName }: PlateRow) => dateTime ?? wallClockOf(picName);
  const zoneOf = (row: PlateRow) => zoneAt(Date.parse(`${dateTimeOf(row).slice(0, 19)}Z`));
  return {
    aheadMs: wallMs - now,
    zoneOf,
    clockOffsetOf: (row) => {
      const namedAt = wallMsOf(row.picName);
      const aheadMs = epochs?.earlierAheadMs(namedAt) ?? null;
      if (aheadMs === null) return clockOffset(HAS_OFFSET.test(row.dateTime ?? ''));
      const { instant } = readCameraTime(dateTimeOf(row), zoneOf(row));
      // Names tell whole seconds, and rows of one second must keep their order.
      return instant === null ? null : Math.floor(instant / SECOND_MS) * SECOND_MS - (namedAt - aheadMs);
    },
  };
}
