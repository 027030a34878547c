import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { CameraId as CameraIdType } from '../../../shared/detection/detection.ts';
import { type Completeness, MAX_COMPARED } from '../../../shared/store/completeness.ts';
import { HOUR_MS, hourOf } from '../../../shared/store/completeness-accounts.ts';
import { isFarOff } from '../../../shared/store/completeness-reads.ts';
import { type Clock, isoInstant } from '../../../shared/support/clock.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import type { Access, ApiEnv } from '../access.ts';
import { DetectionQuery } from '../detection-query.ts';
import { needs, problems } from '../openapi.ts';
import { CameraId } from '../schemas.ts';
import { CompletenessAnswer, hourAnswer } from './completeness-answer.ts';

type Dependencies = {
  completeness: Completeness;
  cameras: readonly CameraIdType[];
  clock: Pick<Clock, 'now'>;
  access: Access;
};

const RIGHT = 'gate:read';
const DEFAULT_HOURS = 24;
const MAX_DAYS = 7;
/** Of the instants that can be written as others are. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const Query = z.object({
  from: DetectionQuery.shape.from.meta({
    type: 'string',
    format: 'date-time',
    description: `The hour of this instant is the first one; without it, ${DEFAULT_HOURS} hours before \`to\`.`,
    example: '2026-11-22T00:00:00+05:00',
  }),
  to: DetectionQuery.shape.to.meta({
    type: 'string',
    format: 'date-time',
    description: 'The hour before this instant is the last one; without it, the one that the camera’s clock shows now.',
    example: '2026-11-23T00:00:00+05:00',
  }),
});

export function completenessRoutes({ completeness, cameras, clock, access }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const compare = createRoute({
    method: 'get',
    path: '/cameras/{id}/completeness',
    tags: ['Cameras'],
    operationId: 'getCompleteness',
    summary: 'Whether everything that the camera remembers is stored, hour by hour',
    description:
      'The bridge asks the camera’s own memory of plates every few minutes and keeps an account of what it held; this ' +
      'compares that with the table. A row counts as stored under its own id, or as the read that came by another road ' +
      `within 5 s and is no other row’s. Whole hours of the camera’s own clock, ${MAX_DAYS} days at most.`,
    middleware: access(RIGHT),
    ...needs(RIGHT),
    request: { params: z.object({ id: CameraId }), query: Query },
    responses: {
      200: { description: 'Newest hour first.', content: { 'application/json': { schema: CompletenessAnswer } } },
      ...problems({
        400: `A parameter is wrong, or the span is empty or longer than ${MAX_DAYS} days.`,
        401: 'No valid token.',
        403: `The token lacks \`${RIGHT}\`.`,
        404: 'No camera of this id is configured.',
        503: 'The table does not answer; try again after Retry-After.',
      }),
    },
  });
  app.openapi(compare, async (c) => {
    const { id } = c.req.valid('param');
    if (!cameras.includes(id)) throw new Rejected('not_found', 'could not find a camera of this id');
    const memory = await completeness.memoryOf(id);
    const now = clock.now();
    const aheadMs = memory?.aheadMs ?? null;
    const { from, to } = wholeHours(c.req.valid('query'), now + (isFarOff(aheadMs) ? aheadMs : 0));
    const compared = await completeness.compare(id, from, to);
    const items = compared.hours.map((hour) => hourAnswer(hour, memory, now));
    const span = { from: compared.from, to: isoInstant(Math.min(Date.parse(to), LAST_MS)) };
    return c.json({ ...span, items, cursor: null, capped: cappedBy(compared.from, from), memory }, 200);
  });
  return app;
}

/** Throws Rejected `invalid_request`. */
function wholeHours({ from, to }: z.infer<typeof Query>, cameraNow: number): { from: string; to: string } {
  const last = to === undefined ? cameraNow : Date.parse(to) - 1;
  const end = Date.parse(hourOf(isoInstant(last))) + HOUR_MS;
  const start = from === undefined ? end - DEFAULT_HOURS * HOUR_MS : Date.parse(hourOf(from));
  if (start >= end) throw new Rejected('invalid_request', 'could not compare: from is not before to');
  if (start < FIRST_MS) throw new Rejected('invalid_request', 'could not compare: the calendar begins later');
  if (end - start > MAX_DAYS * 24 * HOUR_MS) {
    throw new Rejected('invalid_request', `could not compare: more than ${MAX_DAYS} days`);
  }
  return { from: isoInstant(start), to: isoInstant(end) };
}

function cappedBy(comparedFrom: string, from: string): string | null {
  if (comparedFrom === from) return null;
  return `more than ${MAX_COMPARED} rows and reads: what was before ${comparedFrom} is not compared here`;
}
