import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { ApiEnv } from '../access.ts';

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['OpenAPI'],
  operationId: 'getOpenApi',
  summary: 'This document',
  security: [],
  responses: {
    200: {
      description: 'OpenAPI 3.1.',
      content: { 'application/json': { schema: z.record(z.string(), z.unknown()) } },
    },
  },
});

/** Serves `document()`, made at the first request, when all routes stand. */
export function openApiRoutes(document: () => object): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  let made: Record<string, unknown> | undefined;
  app.openapi(route, (c) => {
    made ??= { ...document() };
    return c.json(made, 200);
  });
  return app;
}
