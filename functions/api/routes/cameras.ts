import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { CameraId as CameraIdType } from '../../../shared/detection/detection.ts';
import type { GuardLedger } from '../../../shared/isapi/guard/ledger.ts';
import { guardView } from '../../../shared/isapi/guard/view.ts';
import type { OpenedCameras } from '../../../shared/isapi/open-camera.ts';
import type { CameraStates } from '../../../shared/store/camera-states.ts';
import type { VideoStates } from '../../../shared/store/video-states.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import type { Access, ApiEnv } from '../access.ts';
import { CameraAnswer, CameraList, cameraAnswer } from '../camera-answer.ts';
import { configuredCamera } from '../configured-camera.ts';
import { type Live, liveUrls } from '../live-urls.ts';
import { needs, problems } from '../openapi.ts';
import { CameraId } from '../schemas.ts';

type Dependencies = {
  cameras: OpenedCameras;
  states: Pick<CameraStates, 'read'>;
  videos: Pick<VideoStates, 'read'>;
  ledger: Pick<GuardLedger, 'read'>;
  live: Live | undefined;
  clock: Clock;
  access: Access;
};

const tags = ['Cameras'];
const refusals = {
  401: 'No valid token.',
  403: 'The token lacks `gate:read`.',
  503: 'The table does not answer; try again after Retry-After.',
};

export function cameraRoutes({
  cameras,
  states,
  videos,
  ledger,
  live,
  clock,
  access,
}: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const common = { method: 'get', tags, middleware: access('gate:read'), ...needs('gate:read') } as const;

  const list = createRoute({
    ...common,
    path: '/cameras',
    operationId: 'listCameras',
    summary: 'How every camera is',
    responses: {
      200: { description: 'All of them.', content: { 'application/json': { schema: CameraList } } },
      ...problems(refusals),
    },
  });
  app.openapi(list, async (c) => {
    const items = await Promise.all([...cameras.keys()].map(answerFor));
    return c.json({ items, cursor: null }, 200);
  });

  const one = createRoute({
    ...common,
    path: '/cameras/{id}',
    operationId: 'getCamera',
    summary: 'How one camera is',
    request: { params: z.object({ id: CameraId }) },
    responses: {
      200: { description: 'The camera.', content: { 'application/json': { schema: CameraAnswer } } },
      ...problems({ ...refusals, 400: 'The id has the wrong form.', 404: 'No camera of this id is configured.' }),
    },
  });
  app.openapi(one, async (c) => {
    const { camera } = configuredCamera(cameras, c.req.valid('param').id);
    return c.json(await answerFor(camera.id), 200);
  });

  async function answerFor(id: CameraIdType): Promise<CameraAnswer> {
    const [reported, video, row] = await Promise.all([states.read(id), videos.read(id), ledger.read(id)]);
    const now = clock.now();
    const watch = live === undefined ? null : liveUrls(live, id, 'sub');
    return cameraAnswer({ id, reported, guard: guardView(row, now), live: watch, video, now });
  }

  return app;
}
