import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { CameraId as CameraIdType } from '../../../shared/detection/detection.ts';
import { type MoveLog, MoveRecordSchema } from '../../../shared/isapi/lens/move-log.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import type { Access, ApiEnv } from '../access.ts';
import { needs, problems } from '../openapi.ts';
import { CameraId } from '../schemas.ts';

type Dependencies = { moves: Pick<MoveLog, 'newest'>; cameras: readonly CameraIdType[]; access: Access };

const RIGHT = 'gate:read';

const MoveAnswer = MoveRecordSchema.extend({
  camera: CameraId,
  subject: MoveRecordSchema.shape.subject.meta({
    description: 'Who asked: the token’s subject, or `bridge`, which brings the lens home.',
    example: 'operator',
  }),
  at: MoveRecordSchema.shape.at.meta({ description: 'When it was asked.', example: '2026-11-22T10:00:00.000Z' }),
  outcome: MoveRecordSchema.shape.outcome.meta({ example: 'ended' }),
}).openapi('Move');

const MoveList = z.object({ items: z.array(MoveAnswer), cursor: z.null() }).openapi('MoveList');

export function moveRoutes({ moves, cameras, access }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const list = createRoute({
    method: 'get',
    path: '/cameras/{id}/moves',
    tags: ['Lens'],
    operationId: 'listMoves',
    summary: 'Who moved the lens: the newest hundred',
    middleware: access(RIGHT),
    ...needs(RIGHT),
    request: { params: z.object({ id: CameraId }) },
    responses: {
      200: { description: 'Newest first.', content: { 'application/json': { schema: MoveList } } },
      ...problems({
        400: 'The id has the wrong form.',
        401: 'No valid token.',
        403: `The token lacks \`${RIGHT}\`.`,
        404: 'No camera of this id is configured.',
        503: 'The table does not answer; try again after Retry-After.',
      }),
    },
  });
  app.openapi(list, async (c) => {
    const { id } = c.req.valid('param');
    if (!cameras.includes(id)) throw new Rejected('not_found', 'could not find a camera of this id');
    return c.json({ items: await moves.newest(id), cursor: null }, 200);
  });
  return app;
}
