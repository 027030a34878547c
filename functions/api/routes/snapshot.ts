import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { CameraId as CameraIdType } from '../../../shared/detection/detection.ts';
import type { Access, ApiEnv } from '../access.ts';
import { cameraProblems } from '../lens-problems.ts';
import { needs, problems } from '../openapi.ts';
import { CameraId } from '../schemas.ts';

type Dependencies = { takeSnapshot: (camera: CameraIdType) => Promise<Buffer>; access: Access };

const RIGHT = 'gate:read';

export function snapshotRoutes({ takeSnapshot, access }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const snapshot = createRoute({
    method: 'get',
    path: '/cameras/{id}/snapshot',
    tags: ['Cameras'],
    operationId: 'takeSnapshot',
    summary: 'A picture of the lane now',
    description: 'Taken when asked, and never cached. A camera makes one at a time; others wait a little.',
    middleware: access(RIGHT),
    ...needs(RIGHT),
    request: { params: z.object({ id: CameraId }) },
    responses: {
      200: { description: 'A JPEG.', content: { 'image/jpeg': { schema: { type: 'string', format: 'binary' } } } },
      ...problems(cameraProblems(RIGHT)),
    },
  });
  app.openapi(snapshot, async (c) => {
    const jpeg = await takeSnapshot(c.req.valid('param').id);
    return c.body(new Uint8Array(jpeg), 200, { 'Content-Type': 'image/jpeg' });
  });
  return app;
}
