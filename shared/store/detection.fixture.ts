// Invented reads for the store's and the API's tests.
import { createHash } from 'node:crypto';
import {
  type CameraId,
  CameraIdSchema,
  type Detection,
  DetectionSchema,
  type Picture,
} from '../detection/detection.ts';
import { detectionId } from '../detection/id.ts';
import { normalisePlate } from '../detection/plate.ts';
import type { Clock } from '../support/clock.ts';

export const NOW = Date.parse('2026-11-22T10:00:00.000Z');

export type StandingClock = Clock & { move(ms: number): void };

/** A clock that stands still until it is told to move; a sleep is over at once. */
export function standingClock(start = NOW): StandingClock {
  let now = start;
  return { now: () => now, sleep: async () => {}, move: (ms) => (now += ms) };
}

export function camera(id: string): CameraId {
  return CameraIdSchema.parse(id);
}

export function aPicture(kind: string): Picture {
  const sha256 = createHash('sha256').update(kind).digest('hex');
  const key = `pictures/gate/2026/11/22/x/${kind}-${sha256.slice(0, 32)}.jpg`;
  return { kind, key, bytes: 40_000, sha256, contentType: 'image/jpeg' };
}

/** One read at `at` (default NOW) by `camera` of `plate` (null: unread), live from the stream, without pictures. */
export function aDetection(
  changes: Partial<Omit<Detection, 'camera' | 'plate'>> & { camera?: string; plate?: string | null } = {},
): Detection {
  const {
    camera: cameraName = 'gate',
    plate: asRead = '01A123BC',
    at = new Date(NOW).toISOString(),
    ...rest
  } = changes;
  const plate = asRead === null ? null : normalisePlate(asRead);
  const unread = { lane: rest.lane ?? '', eventOrPictureId: '', bytes: new Uint8Array() };
  return DetectionSchema.parse({
    id: detectionId({ camera: camera(cameraName), plate, wallClock: at, ...unread }),
    camera: cameraName,
    plate,
    plateAsRead: asRead ?? 'unknown',
    capturedAt: at,
    at,
    timeFrom: 'camera',
    receivedAt: at,
    late: false,
    sources: ['stream'],
    direction: 'forward',
    confidence: 97,
    pictures: [],
    ...rest,
  });
}
