import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import * as z from 'zod';
import { mintTicket, TICKET_LIFE_MS, TICKET_START_MS } from '../../../shared/auth/viewer-ticket.ts';
import type { OpenedCameras } from '../../../shared/isapi/open-camera.ts';
import { type Clock, isoInstant } from '../../../shared/support/clock.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import { STREAM_KINDS } from '../../../shared/video/stream-name.ts';
import type { Access, ApiEnv } from '../access.ts';
import { LiveUrlsAnswer } from '../camera-answer.ts';
import { configuredCamera } from '../configured-camera.ts';
import { type Live, liveUrls } from '../live-urls.ts';
import { needs, problems } from '../openapi.ts';
import { CameraId } from '../schemas.ts';

type Dependencies = { cameras: OpenedCameras; live: Live | undefined; clock: Clock; access: Access };

const RIGHT = 'gate:read';
const INSTANT = '2026-11-22T10:00:00.000Z';
const Instant = z.iso.datetime({ precision: 3 });

const LiveRequest = z
  .strictObject({
    stream: z.enum(STREAM_KINDS).default('sub').meta({ description: 'main for a close look, sub for a page.' }),
  })
  .openapi('LiveRequest');

const LiveAnswer = LiveUrlsAnswer.extend({
  ticket: z.string().meta({
    description: 'Append it as `?ticket=` to either URL. It stands for your token: show it to nobody.',
  }),
  startBefore: Instant.meta({
    description: `The ticket starts a session until then, ${TICKET_START_MS / 1_000} s from now.`,
    example: INSTANT,
  }),
  expiresAt: Instant.meta({
    description: `A session that it started ends then, with your token and at most ${TICKET_LIFE_MS / 3_600_000} hours from now.`,
    example: INSTANT,
  }),
}).openapi('LiveView');

export function liveRoutes({ cameras, live, clock, access }: Dependencies): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const watch = createRoute({
    method: 'post',
    path: '/cameras/{id}/live',
    tags: ['Cameras'],
    operationId: 'watchCamera',
    summary: 'Where to watch the lane, and a ticket for players that send no header',
    description:
      'A player that can send headers needs no ticket: `Authorization: Bearer <JWT>` to either URL does. A ticket is ' +
      'for the others (a native HLS player, VLC). Nothing is asked of the camera until somebody watches.',
    middleware: access(RIGHT),
    ...needs(RIGHT),
    request: {
      params: z.object({ id: CameraId }),
      body: { required: false, content: { 'application/json': { schema: LiveRequest } } },
    },
    responses: {
      200: { description: 'Where to watch.', content: { 'application/json': { schema: LiveAnswer } } },
      ...problems({
        400: 'The id or the body is wrong; `detail` names what.',
        401: 'No valid token.',
        403: `The token lacks \`${RIGHT}\`.`,
        404: 'No camera of this id is configured.',
        422: 'This gate shows no live video: GATE_LIVE_URL is not set.',
        503: 'The table does not answer; try again after Retry-After.',
      }),
    },
  });
  app.openapi(watch, async (c) => {
    const { camera } = configuredCamera(cameras, c.req.valid('param').id);
    if (live === undefined) {
      throw new Rejected('not_supported', 'could not say where to watch: GATE_LIVE_URL is not set');
    }
    // Without a body there is nothing that the framework could fill the default into.
    const { stream = 'sub' } = c.req.valid('json');
    const { text, startBefore, until } = mintTicket(await live.ticketKey(), {
      camera: camera.id,
      user: c.get('user'),
      now: clock.now(),
    });
    return c.json(
      {
        ...liveUrls(live, camera.id, stream),
        ticket: text,
        startBefore: isoInstant(startBefore),
        expiresAt: isoInstant(until),
      },
      200,
    );
  });
  return app;
}
