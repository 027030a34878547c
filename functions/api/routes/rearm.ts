import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { GuardLedger } from '../../../shared/isapi/guard/ledger.ts';
import { guardView } from '../../../shared/isapi/guard/view.ts';
import type { OpenedCameras } from '../../../shared/isapi/open-camera.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { Broken, Busy, reasonOf } from '../../../shared/support/errors.ts';
import type { Access, ApiEnv } from '../access.ts';
import { GuardAnswer } from '../camera-answer.ts';
import { configuredCamera } from '../configured-camera.ts';
import { needs, problems } from '../openapi.ts';
import { CameraId } from '../schemas.ts';

type Dependencies = { cameras: OpenedCameras; ledger: Pick<GuardLedger, 'read'>; clock: Clock; access: Access };

const RIGHT = 'gate:admin';

export function rearmRoutes({ cameras, ledger, clock, access }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const rearm = createRoute({
    method: 'post',
    path: '/cameras/{id}/rearm',
    tags: ['Cameras'],
    operationId: 'rearmCamera',
    summary: 'Let the guard try again',
    description:
      'An operator’s word that the camera’s password was put right: worth one login. Say it once that is so; each wrong ' +
      'login brings the camera nearer to locking itself. Said to an open guard it changes nothing.',
    middleware: access(RIGHT),
    ...needs(RIGHT),
    request: { params: z.object({ id: CameraId }) },
    responses: {
      200: { description: 'The guard as it is now.', content: { 'application/json': { schema: GuardAnswer } } },
      ...problems({
        400: 'The id has the wrong form.',
        401: 'No valid token.',
        403: `The token lacks \`${RIGHT}\`.`,
        404: 'No camera of this id is configured.',
        503:
          'The table does not answer: try again after Retry-After. Or the guard’s own row, key or password cannot be ' +
          'read: `detail` says which, and what to do.',
      }),
    },
  });
  app.openapi(rearm, async (c) => {
    const { camera, guard } = configuredCamera(cameras, c.req.valid('param').id);
    // The guard itself writes the audit's line, with the subject.
    await guard.rearm(c.get('user').subject).catch((error: unknown) => {
      if (!(error instanceof Broken)) throw error;
      // Who may say this word is who can mend it: the sentence is told, and not only logged.
      throw new Busy('internal', `could not rearm camera ${camera.id}: ${reasonOf(error)}`, { cause: error });
    });
    return c.json(guardView(await ledger.read(camera.id), clock.now()), 200);
  });
  return app;
}
