import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { DetectionStore } from '../../../shared/store/detections.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';
import type { ApiEnv } from '../access.ts';
import { problems } from '../openapi.ts';
import { problem } from '../problem.ts';

type Dependencies = { store: Pick<DetectionStore, 'check'>; log: Log };

const Health = z
  .object({ status: z.literal('ok'), pieces: z.record(z.string(), z.literal('ok')) })
  .openapi('Health', { example: { status: 'ok', pieces: { table: 'ok' } } });

const health = createRoute({
  method: 'get',
  path: '/health',
  tags: ['Health'],
  operationId: 'getHealth',
  summary: 'Whether the API can serve',
  security: [],
  responses: {
    200: { description: 'It can.', content: { 'application/json': { schema: Health } } },
    ...problems({ 503: 'It cannot; `pieces` says which piece is down.' }),
  },
});

export function healthRoutes({ store, log }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  app.openapi(health, async (c) => {
    try {
      await store.check();
      return c.json({ status: 'ok' as const, pieces: { table: 'ok' as const } }, 200);
    } catch (thrown) {
      log.error('api.unhealthy', { piece: 'table', reason: reasonOf(thrown) });
      const extension = { pieces: { table: 'down' } };
      return problem(c, { code: 'internal', status: 503, detail: 'the table does not answer', extension });
    }
  });
  return app;
}
