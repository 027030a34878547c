// What the API says of an hour: the counts of both sides, whether that is the whole truth, and where they differ.
// Imported for its effect as well, as schemas.ts explains.
import '@hono/zod-openapi';
import * as z from 'zod';
import type { ComparedHour } from '../../../shared/store/completeness.ts';
import { ForgottenSchema, type MemoryReport, MemoryReportSchema } from '../../../shared/store/completeness-memory.ts';
import { DetectionAnswer, DetectionId } from '../schemas.ts';
import { hourState } from './completeness-state.ts';

/** Rows that an item lists of each side; beyond it the item says how many there are. */
export const MAX_LISTED = 50;

const INSTANT = '2026-11-22T10:00:00.000Z';
const Count = z.int().nonnegative();

const OneSided = z
  .object({
    id: DetectionId,
    capturedAt: DetectionAnswer.shape.capturedAt,
    plate: DetectionAnswer.shape.plate,
  })
  .openapi('OneSidedRead');

export const HourAnswer = z
  .object({
    hour: z.iso.datetime().meta({
      description: 'When the hour begins, by the camera’s own clock (`capturedAt`), UTC.',
      example: INSTANT,
    }),
    lane: z.string().nullable().meta({ description: 'Null where no lane was named, or nothing passed.', example: '1' }),
    camera: Count.meta({
      description: 'Rows that the camera’s memory held of this hour, over all looks into it.',
      example: 412,
    }),
    stored: Count.meta({
      description:
        'Reads of this hour in the table; what two roads told of with a second between them is one vehicle, and counts once.',
      example: 412,
    }),
    missing: Count.meta({ description: 'Rows of the camera that no stored read tells of.', example: 0 }),
    recovered: Count.meta({
      description: 'Stored reads that only the memory had, or had first: they would have been lost.',
      example: 3,
    }),
    notInCamera: Count.meta({
      description:
        'Stored reads that the memory did not hold when it was asked: it had forgotten them, or never had them.',
      example: 0,
    }),
    state: z.enum(['complete', 'missing', 'open', 'unknown']).meta({
      description:
        'complete: everything that the camera remembered is stored. missing: something is not, and should be by now. ' +
        'open: the hour is not over, or the memory was not asked since. unknown: nobody can tell; `reason` says why.',
    }),
    reason: z.string().nullable().meta({ description: 'A sentence for all but complete.' }),
    onlyInCamera: z.array(OneSided).meta({ description: `What is missing, oldest first, ${MAX_LISTED} at most.` }),
    onlyStored: z.array(OneSided).meta({ description: `What the camera did not hold, ${MAX_LISTED} at most.` }),
    unlisted: z.string().nullable().meta({
      description: 'A sentence where more differs than is listed.',
      example: 'lists 50 of 3600 that are only in the camera',
    }),
  })
  .openapi('CompletenessHour');

export const CompletenessAnswer = z
  .object({
    from: z.iso.datetime().meta({
      description: 'When the first compared hour begins: later than asked for where `capped` says so.',
      example: INSTANT,
    }),
    to: z.iso.datetime().meta({ description: 'When the last compared hour ends.', example: INSTANT }),
    items: z
      .array(HourAnswer)
      .meta({ description: 'Newest hour first, its lanes in order; every hour at least once.' }),
    cursor: z.null(),
    capped: z.string().nullable().meta({
      description:
        'A sentence when the span held too much to compare at once: go on with `to` = `from` of this answer.',
    }),
    memory: MemoryReportSchema.extend({
      supported: MemoryReportSchema.shape.supported.meta({
        description: 'False for a camera without the plates query; null until it was asked.',
      }),
      sweptTo: MemoryReportSchema.shape.sweptTo.meta({
        description: 'How far the memory was read, by the camera’s clock.',
      }),
      rememberedFrom: MemoryReportSchema.shape.rememberedFrom.meta({
        description: 'How far back its account reaches.',
      }),
      lastRowAt: MemoryReportSchema.shape.lastRowAt.meta({ description: 'The newest row that it ever told of.' }),
      aheadMs: MemoryReportSchema.shape.aheadMs.meta({ description: 'The camera’s clock minus ours.' }),
      gaps: z.array(ForgottenSchema).meta({ description: 'Spans of which nobody remembers anything.' }),
    })
      .openapi('CameraMemory')
      .nullable()
      .meta({ description: 'Null until the bridge has told of it.' }),
  })
  .openapi('Completeness');

/** `now`: ours. */
export function hourAnswer(hour: ComparedHour, memory: MemoryReport | null, now: number): z.infer<typeof HourAnswer> {
  const { onlyInCamera, onlyStored } = hour;
  return {
    hour: hour.hour,
    lane: hour.lane,
    camera: hour.camera,
    stored: hour.stored,
    missing: onlyInCamera.length,
    recovered: hour.recovered,
    notInCamera: onlyStored.length,
    ...hourState(hour, memory, now),
    onlyInCamera: listed(onlyInCamera),
    onlyStored: listed(onlyStored),
    unlisted: unlisted(onlyInCamera.length, onlyStored.length),
  };
}

function listed(reads: readonly z.infer<typeof OneSided>[]): z.infer<typeof OneSided>[] {
  return reads
    .toSorted((a, b) => (a.capturedAt < b.capturedAt ? -1 : 1))
    .slice(0, MAX_LISTED)
    .map(({ id, capturedAt, plate }) => ({ id, capturedAt, plate }));
}

function unlisted(inCamera: number, stored: number): string | null {
  const sides = [
    ...(inCamera > MAX_LISTED ? [`${MAX_LISTED} of ${inCamera} that are only in the camera`] : []),
    ...(stored > MAX_LISTED ? [`${MAX_LISTED} of ${stored} that are only stored`] : []),
  ];
  return sides.length === 0 ? null : `lists ${sides.join(' and ')}`;
}
