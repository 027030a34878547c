import { type Detection, DetectionSchema } from '../detection/detection.ts';
import { detectionId } from '../detection/id.ts';
import { normalisePlate } from '../detection/plate.ts';

/** For tests: the read number `n` of camera `gate`, complete and unlike every other. */
export function sampleDetection(n: number, changes: Partial<Detection> = {}): Detection {
  const at = new Date(Date.UTC(2026, 10, 22, 10) + n * 1000).toISOString();
  const plateAsRead = `GC ${n}`;
  const detection = DetectionSchema.parse({
    id: 'a'.repeat(26),
    camera: 'gate',
    plate: normalisePlate(plateAsRead),
    plateAsRead,
    capturedAt: at,
    at,
    timeFrom: 'camera',
    receivedAt: at,
    late: false,
    sources: ['stream'],
    direction: 'forward',
    confidence: 97,
    pictures: [],
  });
  const id = detectionId({
    camera: detection.camera,
    plate: detection.plate,
    wallClock: at.slice(0, 19),
    lane: '1',
    eventOrPictureId: '',
    bytes: new Uint8Array(),
  });
  return { ...detection, id, ...changes };
}
