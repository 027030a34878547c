import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { Lens } from '../../../shared/isapi/lens/lens.ts';
import { parsePresetNumber } from '../../../shared/isapi/lens/preset-number.ts';
import type { Access, ApiEnv } from '../access.ts';
import { lensProblems } from '../lens-problems.ts';
import { needs } from '../openapi.ts';
import { CameraId } from '../schemas.ts';
import { tellHolder } from '../tell-holder.ts';

type Dependencies = { lens: Pick<Lens, 'presets' | 'goToPreset'>; access: Access };

const tags = ['Lens'];

const PresetList = z
  .object({
    items: z.array(z.object({ number: z.int().meta({ example: 1 }), name: z.string().meta({ example: 'Lane' }) })),
    cursor: z.null(),
  })
  .openapi('PresetList');

export function presetRoutes({ lens, access }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();

  const list = createRoute({
    method: 'get',
    path: '/cameras/{id}/presets',
    tags,
    operationId: 'listPresets',
    summary: 'Where the lens can be sent',
    description:
      'Presets 33 to 105 are commands of the camera, a reboot among them: they are not listed, and not there.',
    middleware: access('gate:read'),
    ...needs('gate:read'),
    request: { params: z.object({ id: CameraId }) },
    responses: {
      200: { description: 'The camera’s presets.', content: { 'application/json': { schema: PresetList } } },
      ...lensProblems('gate:read'),
    },
  });
  app.openapi(list, async (c) => {
    return c.json({ items: await lens.presets(c.req.valid('param').id), cursor: null }, 200);
  });

  const go = createRoute({
    method: 'post',
    path: '/cameras/{id}/presets/{n}/goto',
    tags,
    operationId: 'goToPreset',
    summary: 'Send the lens to a preset',
    description: 'The lens is away then, and the bridge brings it home when nobody has moved it for a while.',
    middleware: [access('gate:control'), tellHolder],
    ...needs('gate:control'),
    // Read by its one parser, which answers 404 to every number that is no preset.
    request: { params: z.object({ id: CameraId, n: z.string().meta({ example: '1' }) }) },
    responses: {
      204: { description: 'The camera has taken the order; the lens may still be on its way.' },
      ...lensProblems('gate:control', { 404: 'No such camera, or no such preset.' }),
    },
  });
  app.openapi(go, async (c) => {
    const { id, n } = c.req.valid('param');
    const asking = { camera: id, subject: c.get('user').subject };
    await lens.goToPreset(asking, parsePresetNumber(n));
    return c.body(null, 204);
  });

  return app;
}
