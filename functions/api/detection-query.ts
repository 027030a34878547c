// The query of a list of detections, from what a person or a frontend typed to a Search.
import * as z from 'zod';
import type { CameraId as CameraIdType } from '../../shared/detection/detection.ts';
import { PREFIX_CHARACTERS } from '../../shared/store/keys.ts';
import { MAX_LIMIT, type Search } from '../../shared/store/search.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { Rejected } from '../../shared/support/errors.ts';
import { parsePlateQuery } from './plate-query.ts';
import { CameraId } from './schemas.ts';

const DEFAULT_LIMIT = 25;
const MAX_TYPED_PLATE_CHARACTERS = 64;
const MAX_CURSOR_CHARACTERS = 512;
const INSTANT_CHARACTERS = 24;

const Typed = z
  .string()
  .max(MAX_TYPED_PLATE_CHARACTERS)
  .transform((typed, context) => {
    const query = parsePlateQuery(typed);
    if (!('wrong' in query)) return query;
    context.addIssue({ code: 'custom', message: query.wrong });
    return z.NEVER;
  });

const Instant = z
  .string()
  // A '+' that was not percent-encoded arrives as a blank.
  .transform((text) => text.replace(' ', '+'))
  .pipe(z.iso.datetime({ offset: true, error: 'is no instant such as 2026-11-22T10:00:00Z' }))
  .transform((text) => isoInstant(Date.parse(text)))
  .refine((instant) => instant.length === INSTANT_CHARACTERS, 'is out of range');

export const DetectionQuery = z.object({
  camera: CameraId.optional().meta({ description: 'Only this camera; without it, all of them.' }),
  plate: Typed.optional().meta({
    type: 'string',
    description:
      `A whole plate, or its beginning with a * behind it (at least ${PREFIX_CHARACTERS} characters). ` +
      'Case, blanks and dashes do not matter.',
    example: '01A*',
  }),
  from: Instant.optional().meta({
    type: 'string',
    format: 'date-time',
    description: 'At or after this instant, with any offset.',
    example: '2026-11-22T00:00:00+05:00',
  }),
  to: Instant.optional().meta({
    type: 'string',
    format: 'date-time',
    description: 'Before this instant.',
    example: '2026-11-23T00:00:00+05:00',
  }),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).meta({ description: 'Items per page.' }),
  cursor: z.string().max(MAX_CURSOR_CHARACTERS).optional().meta({
    description: 'The `cursor` of the page before; all other parameters but `limit` must stay the same.',
  }),
  order: z.enum(['desc', 'asc']).default('desc').meta({ description: 'desc: newest first.' }),
});
export type DetectionQuery = z.infer<typeof DetectionQuery>;

/** Throws Rejected `invalid_request` for a camera that is not configured. */
export function searchOf(query: DetectionQuery, configured: readonly CameraIdType[]): Search {
  const { camera, plate, from, to, limit, cursor, order } = query;
  if (camera !== undefined && !configured.includes(camera)) {
    throw new Rejected('invalid_request', 'could not list detections: no camera of that name is configured');
  }
  // A plate's history leads the way by itself, and still holds the visits to cameras that are gone.
  const cameras = camera !== undefined ? [camera] : plate === undefined ? configured : undefined;
  return { ...plate, cameras, from, to, limit, cursor, order };
}
