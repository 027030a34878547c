import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { CameraId as CameraIdType } from '../../../shared/detection/detection.ts';
import { MoveActionSchema } from '../../../shared/isapi/lens/action.ts';
import type { Asking, Lens } from '../../../shared/isapi/lens/lens.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import type { Access, ApiEnv } from '../access.ts';
import { lensProblems } from '../lens-problems.ts';
import { needs } from '../openapi.ts';
import { CameraId } from '../schemas.ts';
import { tellHolder } from '../tell-holder.ts';

type Dependencies = { lens: Pick<Lens, 'move' | 'stop'>; cameras: readonly CameraIdType[]; access: Access };

const RIGHT = 'gate:control';
/** A varifocal lens goes through its whole range in a few seconds (ISAPI.md 6). */
const DEFAULT_SPEED = 30;
const DEFAULT_DURATION_MS = 400;
const MAX_DURATION_MS = 5_000;

const PtzRequest = z
  .strictObject({
    action: z.enum([...MoveActionSchema.options, 'stop']).meta({
      description: 'pan and tilt only where the camera has them. `stop` is obeyed whoever sends it.',
      example: 'zoom_in',
    }),
    speed: z
      .int()
      .min(1)
      .max(100)
      .default(DEFAULT_SPEED)
      .meta({ description: 'Of the camera’s fastest, at most what it can.', example: 50 }),
    durationMs: z.int().min(1).max(MAX_DURATION_MS).default(DEFAULT_DURATION_MS).meta({
      description: 'How long it moves. For a held button, send the same request again before it has passed.',
    }),
    camera: CameraId.optional().meta({ description: 'May be left out where there is only one.' }),
  })
  .openapi('PtzRequest');

const PtzAnswer = z
  .object({
    camera: CameraId,
    action: PtzRequest.shape.action,
    outcome: z.enum(['ended', 'extended', 'cut_short']).meta({
      description:
        'ended: moved and stopped; extended: your next request went on with it; cut_short: a stop or a later move came ' +
        'first. A camera says that it takes a command, not that the lens moves.',
    }),
  })
  .openapi('PtzAnswer');

/** Answers when the move is over: a function that had answered would not live to send the stop. */
export function ptzRoutes({ lens, cameras, access }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const ptz = createRoute({
    method: 'post',
    path: '/camera/ptz',
    tags: ['Lens'],
    operationId: 'moveLens',
    summary: 'Move the lens for a moment, or stop it',
    description:
      'Every move ends: after its duration, with a stop. The answer comes when it has. Whoever moved last holds the ' +
      'lens until two seconds after. What asks again in time goes on moving without a stop in between.',
    middleware: [access(RIGHT), tellHolder],
    ...needs(RIGHT),
    request: { body: { required: true, content: { 'application/json': { schema: PtzRequest } } } },
    responses: {
      200: { description: 'It is over.', content: { 'application/json': { schema: PtzAnswer } } },
      ...lensProblems(RIGHT, { 400: 'The body is wrong; `detail` names what.' }),
    },
  });
  app.openapi(ptz, async (c) => {
    const { action, speed, durationMs, camera = onlyCamera() } = c.req.valid('json');
    const asking = { camera, subject: c.get('user').subject };
    const outcome = await carryOut(asking, action, { speed, durationMs });
    return c.json({ camera, action, outcome }, 200);
  });

  async function carryOut(
    asking: Asking,
    action: z.infer<typeof PtzRequest>['action'],
    how: { speed: number; durationMs: number },
  ): Promise<z.infer<typeof PtzAnswer>['outcome']> {
    if (action !== 'stop') return lens.move(asking, { action, ...how });
    await lens.stop(asking);
    return 'ended';
  }

  function onlyCamera(): CameraIdType {
    const [only, ...others] = cameras;
    if (only !== undefined && others.length === 0) return only;
    throw new Rejected('invalid_request', 'could not read the request: camera is missing, and there are several');
  }

  return app;
}
