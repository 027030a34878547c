import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { Lens } from '../../../shared/isapi/lens/lens.ts';
import type { Access, ApiEnv } from '../access.ts';
import { lensProblems } from '../lens-problems.ts';
import { needs } from '../openapi.ts';
import { CameraId } from '../schemas.ts';
import { tellHolder } from '../tell-holder.ts';

type Dependencies = { lens: Pick<Lens, 'goHome' | 'saveHome'>; access: Access };

const RIGHT = 'gate:control';
const tags = ['Lens'];

export function homeRoutes({ lens, access }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const common = {
    path: '/cameras/{id}/home' as const,
    tags,
    middleware: [access(RIGHT), tellHolder],
    ...needs(RIGHT),
    request: { params: z.object({ id: CameraId }) },
  };

  const go = createRoute({
    ...common,
    method: 'post',
    operationId: 'goHome',
    summary: 'Send the lens home, where it reads plates',
    responses: { 204: { description: 'The camera has taken the order.' }, ...lensProblems(RIGHT) },
  });
  app.openapi(go, async (c) => {
    await lens.goHome({ camera: c.req.valid('param').id, subject: c.get('user').subject });
    return c.body(null, 204);
  });

  const save = createRoute({
    ...common,
    method: 'put',
    operationId: 'saveHome',
    summary: 'Make home of where the lens looks now',
    responses: { 204: { description: 'This is home from now on.' }, ...lensProblems(RIGHT) },
  });
  app.openapi(save, async (c) => {
    await lens.saveHome({ camera: c.req.valid('param').id, subject: c.get('user').subject });
    return c.body(null, 204);
  });

  return app;
}
