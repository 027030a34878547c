import type { PlateAlert } from '../isapi/alert/alert.ts';
import { isoInstant } from '../support/clock.ts';
import { type Comes, readCameraTime, type TimeZone, timingOf } from './camera-time.ts';
import type { CameraId, Detection, Source } from './detection.ts';
import { detectionId } from './id.ts';
import { cameLate } from './lateness.ts';
import { normalisePlate } from './plate.ts';

export type Arrival = {
  camera: CameraId;
  source: Source;
  /** UTC milliseconds. */
  receivedAt: number;
  timeZone: TimeZone | undefined;
  /** The camera's clock minus ours, from its heartbeats; null where none was heard. */
  clockOffsetMs: number | null;
  /** Of an event that is marked as no replay; `later` unless given. */
  comes?: Comes;
  /** The event as received. */
  bytes: Uint8Array;
};

/** The Detection of one plate event, without its pictures; the same for every road it comes by. */
export function detectionFromAlert(alert: PlateAlert, arrival: Arrival): Detection {
  const { reading } = alert;
  const { camera, receivedAt, clockOffsetMs } = arrival;
  const comes = alert.replayed ? 'whenever' : (arrival.comes ?? 'later');
  const plate = normalisePlate(reading.plateAsRead);
  const { wallClock, instant } = readCameraTime(alert.dateTime, arrival.timeZone);
  const timing = timingOf(instant, receivedAt, clockOffsetMs, comes);
  const eventOrPictureId = alert.uuid || reading.pictures[0]?.id || reading.pictureTime;
  return {
    id: detectionId({ camera, plate, wallClock, lane: reading.lane, eventOrPictureId, bytes: arrival.bytes }),
    camera,
    plate,
    plateAsRead: reading.plateAsRead,
    ...timing,
    ...(alert.dateTime && { cameraTime: alert.dateTime.slice(0, 128) }),
    receivedAt: isoInstant(receivedAt),
    late: alert.replayed || cameLate({ ...timing, receivedAt, clockOffsetMs, comes }),
    sources: [arrival.source],
    direction: reading.direction,
    confidence: reading.confidence,
    ...(reading.lane && { lane: reading.lane }),
    ...(reading.country && { country: reading.country }),
    ...(reading.plateType && { plateType: reading.plateType }),
    ...(reading.plateColor && { plateColor: reading.plateColor }),
    ...(reading.list && { list: reading.list }),
    ...(Object.keys(reading.vehicle).length > 0 && { vehicle: reading.vehicle }),
    ...(alert.uuid && { uuid: alert.uuid.slice(0, 128) }),
    pictures: [],
  };
}
