import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import type { CameraId, DetectionId as DetectionIdType } from '../../../shared/detection/detection.ts';
import type { PictureStore } from '../../../shared/pictures/picture-store.ts';
import type { DetectionStore } from '../../../shared/store/detections.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import type { Access, ApiEnv } from '../access.ts';
import { DetectionQuery, searchOf } from '../detection-query.ts';
import { needs, problems } from '../openapi.ts';
import { PICTURE_URL_SECONDS, withPictureUrls } from '../picture-urls.ts';
import { DetectionAnswer, DetectionId, DetectionList, PictureKind } from '../schemas.ts';

type Dependencies = {
  store: Pick<DetectionStore, 'get' | 'list'>;
  pictures: Pick<PictureStore, 'url'>;
  cameras: readonly CameraId[];
  clock: Clock;
  access: Access;
};

const tags = ['Detections'];
const refusals = {
  401: 'No valid token.',
  403: 'The token lacks `gate:read`.',
  503: 'Busy; try again after Retry-After.',
};
const absent = { ...refusals, 400: 'The id or kind has the wrong form.', 404: 'There is none.' };

export function detectionRoutes({ store, pictures, cameras, clock, access }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const common = { method: 'get', tags, middleware: access('gate:read'), ...needs('gate:read') } as const;

  const list = createRoute({
    ...common,
    path: '/detections',
    operationId: 'listDetections',
    summary: 'Vehicles that passed, newest first',
    request: { query: DetectionQuery },
    responses: {
      200: { description: 'One page.', content: { 'application/json': { schema: DetectionList } } },
      ...problems({ ...refusals, 400: 'A parameter is wrong; `detail` names it.' }),
    },
  });
  app.openapi(list, async (c) => {
    const { items, cursor, capped } = await store.list(searchOf(c.req.valid('query'), cameras));
    const answers = await Promise.all(items.map((detection) => withPictureUrls(detection, { pictures, clock })));
    return c.json({ items: answers, cursor, capped }, 200);
  });

  const one = createRoute({
    ...common,
    path: '/detections/{id}',
    operationId: 'getDetection',
    summary: 'One read',
    request: { params: z.object({ id: DetectionId }) },
    responses: {
      200: { description: 'The read.', content: { 'application/json': { schema: DetectionAnswer } } },
      ...problems(absent),
    },
  });
  app.openapi(one, async (c) => {
    const detection = await found(c.req.valid('param').id);
    return c.json(await withPictureUrls(detection, { pictures, clock }), 200);
  });

  const picture = createRoute({
    ...common,
    path: '/detections/{id}/pictures/{kind}',
    operationId: 'getDetectionPicture',
    summary: 'One picture, by redirect',
    description: `Redirects to a URL that lives ${PICTURE_URL_SECONDS} seconds. An <img> cannot send the token: give it the picture’s \`url\` instead.`,
    request: { params: z.object({ id: DetectionId, kind: PictureKind }) },
    responses: {
      302: {
        description: 'Where the JPEG is.',
        headers: { Location: { schema: { type: 'string', format: 'uri' }, description: 'Needs no token.' } },
      },
      ...problems(absent),
    },
  });
  app.openapi(picture, async (c) => {
    const { id, kind } = c.req.valid('param');
    const { key } = (await found(id)).pictures.find((each) => each.kind === kind) ?? absentPicture();
    return c.redirect(await pictures.url(key, PICTURE_URL_SECONDS), 302);
  });

  async function found(id: DetectionIdType) {
    const detection = await store.get(id);
    if (detection === null) throw new Rejected('not_found', 'could not find a detection of this id');
    return detection;
  }

  return app;
}

function absentPicture(): never {
  throw new Rejected('not_found', 'could not find a picture of this kind; it may still be on its way');
}
