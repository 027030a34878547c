// The HTTP API (DESIGN.md section 4): one file per family of routes, mounted here.
import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import type { VerifyToken } from '../../shared/auth/verify-token.ts';
import type { CameraId } from '../../shared/detection/detection.ts';
import type { GuardLedger } from '../../shared/isapi/guard/ledger.ts';
import { createLens } from '../../shared/isapi/lens/lens.ts';
import type { LensRows } from '../../shared/isapi/lens/lens-rows.ts';
import type { MoveLog } from '../../shared/isapi/lens/move-log.ts';
import type { OpenedCameras } from '../../shared/isapi/open-camera.ts';
import { snapshotTaker } from '../../shared/isapi/snapshot.ts';
import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import type { CameraStates } from '../../shared/store/camera-states.ts';
import type { Completeness } from '../../shared/store/completeness.ts';
import type { DetectionStore } from '../../shared/store/detections.ts';
import type { VideoStates } from '../../shared/store/video-states.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { Rejected } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { type ApiEnv, accessBy } from './access.ts';
import { configuredCamera } from './configured-camera.ts';
import type { Live } from './live-urls.ts';
import { openApiDocument, registerSecurity } from './openapi.ts';
import { answerProblems } from './problem.ts';
import { cameraRoutes } from './routes/cameras.ts';
import { completenessRoutes } from './routes/completeness.ts';
import { detectionRoutes } from './routes/detections.ts';
import { healthRoutes } from './routes/health.ts';
import { homeRoutes } from './routes/home.ts';
import { liveRoutes } from './routes/live.ts';
import { moveRoutes } from './routes/moves.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { presetRoutes } from './routes/presets.ts';
import { ptzRoutes } from './routes/ptz.ts';
import { rearmRoutes } from './routes/rearm.ts';
import { snapshotRoutes } from './routes/snapshot.ts';

const PREFLIGHT_SECONDS = 600;
/** What is asked of us in a body fits into a few lines. */
const MAX_BODY_BYTES = 16 * 1024;

export type ApiDependencies = {
  store: DetectionStore;
  pictures: Pick<PictureStore, 'url'>;
  verifyToken: VerifyToken;
  /** The configured cameras, each with the client that its guard watches over. */
  cameras: OpenedCameras;
  states: Pick<CameraStates, 'read'>;
  videos: Pick<VideoStates, 'read'>;
  completeness: Completeness;
  ledger: Pick<GuardLedger, 'read'>;
  lensRows: LensRows;
  moves: MoveLog;
  /** Absent where no live video is shown. */
  live?: Live;
  log: Log;
  clock: Clock;
  /** Origins whose pages may call from a browser, exactly as the browser sends them. */
  origins: readonly string[];
};

export function createApi(dependencies: ApiDependencies): OpenAPIHono<ApiEnv> {
  const { store, pictures, verifyToken, cameras, states, videos, completeness, ledger } = dependencies;
  const { lensRows, moves, live, log, clock, origins } = dependencies;
  const app = new OpenAPIHono<ApiEnv>({
    // The seed's URLs end in a slash; each route answers to both forms.
    strict: false,
    defaultHook: (result) => {
      if (!result.success)
        throw new Rejected('invalid_request', `could not read the request: ${wrongOnes(result.error)}`);
    },
  });
  app.use(async (c, next) => {
    await next();
    // Reads are personal data and picture URLs are keys: neither belongs in a cache.
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'no-referrer');
    c.header('X-Content-Type-Options', 'nosniff');
  });
  if (origins.length > 0)
    app.use(cors({ origin: [...origins], exposeHeaders: ['Retry-After'], maxAge: PREFLIGHT_SECONDS }));
  answerProblems(app, log);
  const onError = () => {
    throw new Rejected('too_large', `could not read the request: its body is over ${MAX_BODY_BYTES} bytes`);
  };
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError }));

  registerSecurity(app);
  const access = accessBy(verifyToken);
  app.route('/api/gate', detectionRoutes({ store, pictures, cameras: [...cameras.keys()], clock, access }));
  app.route('/api/gate', cameraRoutes({ cameras, states, videos, ledger, live, clock, access }));
  app.route('/api/gate', liveRoutes({ cameras, live, clock, access }));
  app.route('/api/gate', rearmRoutes({ cameras, ledger, clock, access }));
  const clientOf = (camera: CameraId) => configuredCamera(cameras, camera).client;
  const lens = createLens({ clientOf, rows: lensRows, moves, clock, log });
  const takeSnapshot = snapshotTaker({ clientOf, rows: lensRows, clock });
  const ids = [...cameras.keys()];
  app.route('/api/gate', ptzRoutes({ lens, cameras: ids, access }));
  app.route('/api/gate', presetRoutes({ lens, access }));
  app.route('/api/gate', homeRoutes({ lens, access }));
  app.route('/api/gate', moveRoutes({ moves, cameras: ids, access }));
  app.route('/api/gate', completenessRoutes({ completeness, cameras: ids, clock, access }));
  app.route('/api/gate', snapshotRoutes({ takeSnapshot, access }));
  app.route('/api', healthRoutes({ store, log }));
  app.route(
    '/api',
    openApiRoutes(() => openApiDocument(app)),
  );
  return app;
}

function wrongOnes({ issues }: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  return issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`).join('; ');
}
