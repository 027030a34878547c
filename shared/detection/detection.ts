// The one contract both roads and the table share (DESIGN.md section 4): one vehicle read once by one camera.
import * as z from 'zod';
import type { Plate } from './plate.ts';

export type CameraId = string & { readonly __brand: 'CameraId' };
export type DetectionId = string & { readonly __brand: 'DetectionId' };

const CAMERA_ID = /^[a-z0-9][a-z0-9-]{0,31}$/;
const DETECTION_ID = /^[a-z2-7]{26}$/;
const PICTURE_KIND = /^[a-z][a-z_]{0,30}(_[1-9])?$/;
const PICTURE_KEY = /^[A-Za-z0-9/_.-]{1,256}$/;
const MAX_TEXT = 128;
const MAX_PICTURES = 16;
/** More rows of one plate than a camera remembers of half a minute. */
export const MAX_BESIDE = 32;

export const CameraIdSchema = z.custom<CameraId>((v) => typeof v === 'string' && CAMERA_ID.test(v), {
  message: 'a camera id is 1 to 32 of a-z, 0-9 and -, for example "gate"',
});
export const DetectionIdSchema = z.custom<DetectionId>((v) => typeof v === 'string' && DETECTION_ID.test(v), {
  message: 'a detection id is 26 of a-z and 2-7',
});
const PlateSchema = z.custom<Plate>((v) => typeof v === 'string' && /^[\p{L}\p{M}\p{N}]{1,32}$/u.test(v), {
  message: 'a plate is 1 to 32 letters and digits',
});
const Instant = z.iso.datetime({ precision: 3 });
const Text = z.string().max(MAX_TEXT);

export const SourceSchema = z.enum(['stream', 'webhook', 'history']);
export type Source = z.infer<typeof SourceSchema>;

/** One picture's claim check: where its bytes are. `kind` is `plate`, `scene`, `vehicle`, …; doubles are `scene_1`. */
export const PictureSchema = z.object({
  kind: z.string().regex(PICTURE_KIND),
  key: z.string().regex(PICTURE_KEY),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  contentType: z.literal('image/jpeg'),
});
export type Picture = z.infer<typeof PictureSchema>;

export const VehicleSchema = z.object({
  type: Text.optional(),
  color: Text.optional(),
  brand: Text.optional(),
  model: Text.optional(),
  speedKmh: z.number().nonnegative().optional(),
});

/** Another row that the camera's memory holds of the same plate, close by. */
export const BesideSchema = z.object({ id: DetectionIdSchema, capturedAt: Instant });
export type Beside = z.infer<typeof BesideSchema>;

/** The queue message. It merges field by field, so any order, repetition or loss of single messages gives the same row. */
export const DetectionSchema = z.object({
  id: DetectionIdSchema,
  camera: CameraIdSchema,
  /** Normalised; null when the camera read none. */
  plate: PlateSchema.nullable(),
  /** As the camera sent it. */
  plateAsRead: Text,
  /** UTC instant of the camera's own clock; `receivedAt` stands in where the camera told none. */
  capturedAt: Instant,
  /** Lists are ordered by it: `capturedAt`, corrected or replaced where the camera's clock is more than 5 min off. */
  at: Instant,
  /** `camera` also where nobody has measured its clock; `arrival` also where what it told cannot be (camera-time.ts). */
  timeFrom: z.enum(['camera', 'corrected', 'arrival']),
  /** `dateTime` as the camera sent it, offset and all; absent when it sent none. */
  cameraTime: Text.optional(),
  receivedAt: Instant,
  storedAt: Instant.optional(),
  /** A replay, or recovered from the camera's memory: stored, never an alert, never opens anything. */
  late: z.boolean(),
  sources: z.array(SourceSchema).min(1),
  direction: z.enum(['forward', 'reverse', 'unknown']),
  /** 0–100; null when the camera gave none. */
  confidence: z.number().min(0).max(100).nullable(),
  lane: Text.optional(),
  country: Text.optional(),
  plateType: Text.optional(),
  plateColor: Text.optional(),
  /** Name of the camera's list that matched. */
  list: Text.optional(),
  vehicle: VehicleSchema.optional(),
  /** The camera's own event id; the same for repeated captures of one vehicle. */
  uuid: Text.optional(),
  /** Read while the lens looked elsewhere than home: doubtful. Absent where it did not, or nobody knew. */
  lensAway: z.literal(true).optional(),
  pictures: z.array(PictureSchema).max(MAX_PICTURES),
  /** Of a row of the camera's memory: its neighbours there, each of them a read of its own. No reader is shown it. */
  beside: z.array(BesideSchema).max(MAX_BESIDE).optional(),
});
export type Detection = z.infer<typeof DetectionSchema>;
