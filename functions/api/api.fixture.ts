// The API on an embedded table, with tokens of a local issuer: what its tests talk to.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Right } from '../../shared/auth/user.ts';
import { tokenVerifier } from '../../shared/auth/verify-token.ts';
import { readCameras } from '../../shared/isapi/cameras.ts';
import { openCameras } from '../../shared/isapi/open-camera.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { cameraStates } from '../../shared/store/camera-states.ts';
import { tableCompleteness } from '../../shared/store/completeness.ts';
import { aDetection, aPicture, NOW, standingClock } from '../../shared/store/detection.fixture.ts';
import { detectionStore } from '../../shared/store/detections.ts';
import { openDynalite } from '../../shared/store/embedded.fixture.ts';
import { tableGuardLedger } from '../../shared/store/guard-ledger.ts';
import { tableLensRows } from '../../shared/store/lens-rows.ts';
import { tableMoveLog } from '../../shared/store/moves.ts';
import { videoStates } from '../../shared/store/video-states.ts';
import { type LogFields, silentLog } from '../../shared/support/log.ts';
import { openIssuer } from '../../test/local/issuer.ts';
import { type ApiDependencies, createApi } from './api.ts';

export const ORIGIN = 'https://freight.example';

/** Of both cameras. */
export const PASSWORD_VERSION = 'ab12cd34';
// Nobody listens there: these tests are about what the API says, not what a camera does.
const CAMERAS = ['gate', 'exit'].map((id) => ({
  id,
  host: '127.0.0.1',
  httpPort: 9,
  // One account under two names would be refused.
  user: id,
  password: 'unused',
  pushToken: `invented-token-of-${id}`,
}));

/** Members of any answer that the tests look into; answers differ by route, and hold more. */
const Body = z
  .looseObject({
    items: z.array(z.looseObject({ id: z.string(), plate: z.string().nullable(), camera: z.string() })),
    cursor: z.string().nullable(),
    pictures: z.array(z.unknown()),
    code: z.string(),
    detail: z.string(),
    paths: z.record(z.string(), z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.unknown()) }))),
    components: z.looseObject({
      securitySchemes: z.unknown(),
      schemas: z.record(
        z.string(),
        z.object({ properties: z.record(z.string(), z.looseObject({})), required: z.array(z.string()) }).partial(),
      ),
    }),
  })
  .partial();

/** The newest read in the table, of camera `gate`. */
export const read = aDetection({ plate: '01A123BC', pictures: [aPicture('plate'), aPicture('scene')] });

export type ApiBench = Awaited<ReturnType<typeof openApi>>;

/** Three reads: `read`, an earlier one at the gate, and an unread one at camera `exit`. */
export async function openApi() {
  const folder = await mkdtemp(join(tmpdir(), 'gate-api-'));
  const issuer = await openIssuer({ folder });
  const embedded = await openDynalite();
  const store = detectionStore({ ...embedded, clock: standingClock(), log: silentLog });
  const earlier = new Date(NOW - 60_000).toISOString();
  await store.record(read);
  await store.record(aDetection({ plate: '01A999ZZ', at: earlier }));
  await store.record(aDetection({ plate: null, camera: 'exit', at: earlier }));
  const ledger = tableGuardLedger(embedded);
  const states = cameraStates(embedded);
  const videos = videoStates(embedded);
  const logged: string[] = [];
  const note = (event: string, fields?: LogFields) => logged.push(`${event} ${JSON.stringify(fields)}`);

  const log = { info: note, warn: note, error: note };
  const cameras = openCameras(
    readCameras({ GATE_CAMERAS: '/cameras.json' }, () => JSON.stringify(CAMERAS)),
    {
      ledger,
      transport: httpTransport(),
      readSecret: () => Promise.reject(new Error('no camera has a stored password')),
      labelPassword: async () => PASSWORD_VERSION,
      clock: standingClock(),
      log,
      holder: 'api',
    },
  );

  function api(changes: Partial<ApiDependencies> = {}) {
    return createApi({
      store,
      // A picture store whose URLs tell what was asked of it.
      pictures: { url: async (key, seconds) => `https://pictures.example/${key}?for=${seconds}` },
      verifyToken: tokenVerifier({ ...issuer, rightsClaim: 'scope' }),
      cameras,
      states,
      videos,
      completeness: tableCompleteness({ ...embedded, clock: standingClock() }),
      ledger,
      lensRows: tableLensRows(embedded),
      moves: tableMoveLog({ ...embedded, clock: standingClock() }),
      log,
      clock: standingClock(),
      origins: [ORIGIN],
      ...changes,
    });
  }

  function operator(rights: readonly Right[] = ['gate:read']): Record<string, string> {
    return { Authorization: `Bearer ${issuer.mint({ rights, expiresInSeconds: 60, subject: 'operator' })}` };
  }

  async function get(path: string, headers: Record<string, string> = operator(), app = api()) {
    const response = await app.request(path, { headers });
    return { response, status: response.status, body: Body.parse(await response.json()) };
  }

  async function close(): Promise<void> {
    await embedded.close();
    await rm(folder, { recursive: true });
  }

  return { api, get, operator, issuer, store, ledger, states, videos, logged, close };
}
