// What the API takes and gives, with the words and examples that a frontend developer reads in the OpenAPI document.
// For its effect: it gives the schemas made from here on the method that names them. Those of shared/ exist already and
// have none, so they are described by zod's own `meta`.
import '@hono/zod-openapi';
import * as z from 'zod';
import {
  CameraIdSchema,
  DetectionIdSchema,
  DetectionSchema,
  PictureSchema,
  VehicleSchema,
} from '../../shared/detection/detection.ts';
import { PROBLEM_CODES } from '../../shared/support/problem-details.ts';

const ID = 'k3fq5zj2m7a4xw6tnb2dhy7c5e';
const INSTANT = '2026-11-22T10:00:00.000Z';

export const CameraId = CameraIdSchema.meta({
  type: 'string',
  pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
  description: 'A camera of this gate.',
  example: 'gate',
});

export const DetectionId = DetectionIdSchema.meta({
  type: 'string',
  pattern: '^[a-z2-7]{26}$',
  description: 'The same for one read by whichever road it came.',
  example: ID,
});

export const PictureKind = PictureSchema.shape.kind.meta({
  description: 'plate (the crop), scene, vehicle, …; doubles are scene_1, scene_2.',
  example: 'scene',
});

const PictureAnswer = PictureSchema.extend({
  kind: PictureKind,
  key: PictureSchema.shape.key.meta({ description: 'Where it is stored; only for support.' }),
  bytes: PictureSchema.shape.bytes.meta({ example: 41_237 }),
  url: z.url().meta({
    description:
      'For an <img>: needs no token, anyone holding it can see the picture until urlExpiresAt. Do not keep it.',
  }),
  urlExpiresAt: z.iso.datetime().meta({ description: 'Fetch the detection again for a fresh url.', example: INSTANT }),
}).openapi('Picture');

/** Without what the bridge tells the recorder only. */
const Shown = DetectionSchema.omit({ beside: true });

/** A Detection as the API gives it: with a URL for each picture. */
export const DetectionAnswer = Shown.extend({
  id: DetectionId,
  camera: CameraId,
  plate: DetectionSchema.shape.plate.meta({
    type: ['string', 'null'],
    description: 'Upper case letters and digits only, always text; null when the camera read none.',
    example: '01A123BC',
  }),
  plateAsRead: DetectionSchema.shape.plateAsRead.meta({
    description: 'As the camera sent it.',
    example: '01 A 123 BC',
  }),
  capturedAt: DetectionSchema.shape.capturedAt.meta({
    description: 'By the camera’s own clock, UTC.',
    example: INSTANT,
  }),
  at: DetectionSchema.shape.at.meta({ description: 'The instant lists are ordered by.', example: INSTANT }),
  timeFrom: DetectionSchema.shape.timeFrom.meta({
    description:
      'camera: its clock, right within 5 min or never measured; corrected: its clock was off and `at` is mended; ' +
      'arrival: it sent no usable time, or one that its clock, set since it was measured, made impossible.',
  }),
  receivedAt: DetectionSchema.shape.receivedAt.meta({ description: 'When it first reached us.', example: INSTANT }),
  late: DetectionSchema.shape.late.meta({
    description: 'Recovered after an outage: never treat it as a vehicle at the gate now.',
  }),
  sources: DetectionSchema.shape.sources.meta({ description: 'The roads it came by.', example: ['stream'] }),
  confidence: DetectionSchema.shape.confidence.meta({
    description: '0–100; null when the camera gave none.',
    example: 97,
  }),
  lensAway: DetectionSchema.shape.lensAway.meta({
    description: 'True for a read taken while the lens was zoomed or sent away from home: doubtful. Else absent.',
  }),
  vehicle: VehicleSchema.optional().meta({ example: { type: 'truck', color: 'blue' } }),
  pictures: z.array(PictureAnswer).meta({
    description: 'May be empty at first: a plate is shown before its pictures have arrived.',
  }),
}).openapi('Detection');
export type DetectionAnswer = z.infer<typeof DetectionAnswer>;

export const DetectionList = z
  .object({
    items: z
      .array(DetectionAnswer)
      .meta({ description: 'May be fewer than `limit`, even none, while `cursor` is not null.' }),
    cursor: z.string().nullable().meta({ description: 'Where the next page begins; null: this was the last one.' }),
    capped: z.boolean().meta({
      description: 'True when more plates begin with the prefix than were searched: ask for more characters.',
    }),
  })
  .openapi('DetectionList');

export const Problem = z
  .object({
    type: z.string().meta({ example: 'urn:gate-camera:problem:invalid_request' }),
    title: z.string().meta({ example: 'The request is not valid' }),
    status: z.int().meta({ example: 400 }),
    code: z.enum(Object.keys(PROBLEM_CODES)).meta({ description: 'Stable: decide by this one.' }),
    detail: z.string().meta({ description: 'For people; its words may change.' }),
    instance: z.string().meta({ example: '/api/gate/detections' }),
  })
  .openapi('Problem', { description: 'Every error is one of these (RFC 9457), as application/problem+json.' });
