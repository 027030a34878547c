import { wallClockOf } from '../isapi/plates/pic-name.ts';
import type { PlateRow } from '../isapi/plates/read-plates.ts';
import { isoInstant } from '../support/clock.ts';
import { readCameraTime, timingOf } from './camera-time.ts';
import type { Detection } from './detection.ts';
import type { Arrival } from './from-alert.ts';
import { detectionId } from './id.ts';
import { normalisePlate } from './plate.ts';

export type Recovered = Pick<Arrival, 'camera' | 'receivedAt' | 'timeZone' | 'clockOffsetMs'>;

/**
 * The Detection of one row of the camera's memory, late until somebody knows better. By the same rule as on every road,
 * a plate of the same second has the id that the stream gave it. The id's wall clock is that of the row's name: the name
 * stays, while the time beside it is written anew when the camera's zone is changed.
 */
export function detectionFromPlate(
  row: PlateRow,
  { camera, receivedAt, timeZone, clockOffsetMs }: Recovered,
): Detection {
  const plate = normalisePlate(row.plateAsRead);
  const dateTime = row.dateTime ?? wallClockOf(row.picName);
  const { instant } = readCameraTime(dateTime, timeZone);
  return {
    id: detectionId({
      camera,
      plate,
      wallClock: wallClockOf(row.picName),
      lane: row.lane,
      eventOrPictureId: row.picName,
      bytes: Buffer.from(row.picName),
    }),
    camera,
    plate,
    plateAsRead: row.plateAsRead,
    ...timingOf(instant, receivedAt, clockOffsetMs),
    cameraTime: dateTime,
    receivedAt: isoInstant(receivedAt),
    late: true,
    sources: ['history'],
    direction: row.direction,
    confidence: null,
    ...(row.lane && { lane: row.lane }),
    ...(row.country && { country: row.country }),
    ...(row.list && { list: row.list }),
    pictures: [],
  };
}
