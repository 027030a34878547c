// The whole system on one machine: the handlers that run in Lambda, the bridge that runs on the VM, and stand-ins for AWS.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { handle } from 'hono/aws-lambda';
import { lockFolder } from '../../bridge/outbox/folder-lock.ts';
import { createApi } from '../../functions/api/api.ts';
import { recordBatch } from '../../functions/recorder/record.ts';
import { accept } from '../../functions/webhook/accept.ts';
import { measuredOffsets } from '../../functions/webhook/measured-offsets.ts';
import { tokenVerifier } from '../../shared/auth/verify-token.ts';
import { type Environment, readCameras } from '../../shared/isapi/cameras.ts';
import { labelPassword } from '../../shared/isapi/guard/password-label.ts';
import { type OpenedCameras, openCameras } from '../../shared/isapi/open-camera.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { sendToDeadLetterQueue } from '../../shared/queue/dead-letter.ts';
import { sqsDetectionQueue } from '../../shared/queue/sqs-detection-queue.ts';
import { cameraStates } from '../../shared/store/camera-states.ts';
import { tableCompleteness } from '../../shared/store/completeness.ts';
import { detectionStore } from '../../shared/store/detections.ts';
import { tableGuardLedger } from '../../shared/store/guard-ledger.ts';
import { tableLensRows } from '../../shared/store/lens-rows.ts';
import { tableMoveLog } from '../../shared/store/moves.ts';
import { ticketSecret } from '../../shared/store/ticket-secret.ts';
import { videoStates } from '../../shared/store/video-states.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { Rejected } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { readSecureString } from '../../shared/support/parameter-store.ts';
import { pushSource } from '../../shared/webhook/push-source.ts';
import { pushingCamera } from '../../shared/webhook/pushing-camera.ts';
import { type BridgeProcess, startBridge } from './bridge-process.ts';
import { type EmbeddedQueues, openQueues } from './embedded-queues.ts';
import { type EmbeddedTable, openTable, TABLE_NAME } from './embedded-table.ts';
import { type Gateway, type LambdaResult, openGateway } from './http-gateway.ts';
import { type LocalIssuer, openIssuer } from './issuer.ts';
import { pollForEver } from './lambda-poller.ts';
import { LOCAL_AWS } from './local-aws.ts';
import { openPictures } from './local-pictures.ts';
import { freePort, type MediaProcess, startMedia } from './media-process.ts';
import { servePage } from './serve-page.ts';

const OPERATOR_TOKEN_SECONDS = 12 * 3600;
const PRIVATE_MODE = 0o600;
/** Bridge, media process or the operator's token are still to come. */
const NOT_YET: LambdaResult = { statusCode: 503, headers: { 'Retry-After': '1' }, body: '' };

export type LocalOptions = {
  /** State: table, pictures, outbox, guard, keys. */
  data: string;
  /** Of the API; 0 for any free one. */
  port: number;
  /** The cameras, by the same GATE_CAMERA_* names as everywhere, and any other setting of the bridge. */
  environment: Environment;
  log: Log;
  /** After how long the queue brings a message again that the recorder could not store. */
  visibilitySeconds?: number;
  /** Live video as well, with whichever MediaMTX there is; where the door listens, and its public URL. */
  video?: { doorPort?: number; liveUrl?: string };
};

export type LocalSystem = {
  url: string;
  /** As the api function has them. */
  cameras: OpenedCameras;
  /** A bearer token of an operator with every right. */
  token: string;
  table: EmbeddedTable;
  queues: EmbeddedQueues;
  bridge: () => BridgeProcess;
  startBridge(over?: Environment): Promise<BridgeProcess>;
  issuer: LocalIssuer;
  /** Null without `video`. */
  media: () => MediaProcess | null;
  startMedia(over?: Environment): Promise<MediaProcess>;
  close(): Promise<void>;
};

export async function startLocalSystem(options: LocalOptions): Promise<LocalSystem> {
  const { data, port, environment, log } = options;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const cameras = readCameras(environment, (path) => readFileSync(path, 'utf8'));
  const unlock = lockData(data);
  const issuer = await openIssuer({ folder: data });
  const table = await openTable(join(data, 'table'));
  const queues = await openQueues(options.visibilitySeconds);
  const stop = new AbortController();

  // Links need the port that the gateway gets, and the gateway the routes: the port is known once it listens.
  let publicUrl = `http://127.0.0.1:${port}`;
  const pictures = openPictures({ data, clock, publicUrl: () => publicUrl });
  const store = detectionStore({ client: table.client, table: TABLE_NAME, clock, log });
  const verifyToken = tokenVerifier({ ...issuer, rightsClaim: 'scope' });
  const bridgeFolder = join(data, 'bridge');
  const guarded = { client: table.client, table: TABLE_NAME };
  const ledger = tableGuardLedger(guarded);
  const opened = openCameras(cameras, {
    ledger,
    transport: httpTransport(),
    readSecret: readSecureString(new SSMClient({})),
    // The bridge's own key: one password must have one version, whoever asks.
    labelPassword: labelPassword.bind(null, join(bridgeFolder, 'guard')),
    clock,
    log,
    holder: 'api',
  });
  const { doorPort = await freePort(), liveUrl = `http://127.0.0.1:${doorPort}` } = options.video ?? {};
  const api = createApi({
    store,
    pictures: pictures.published,
    verifyToken,
    cameras: opened,
    states: cameraStates(guarded),
    videos: videoStates(guarded),
    completeness: tableCompleteness({ ...guarded, clock }),
    ledger,
    lensRows: tableLensRows(guarded),
    moves: tableMoveLog({ ...guarded, clock }),
    ...(options.video && { live: { url: liveUrl, ticketKey: ticketSecret(guarded) } }),
    log,
    clock,
    origins: originsIn(environment),
  });
  const queue = sqsDetectionQueue({ client: queues.client, queueUrl: queues.detectionsUrl });
  const clockOffsets = measuredOffsets({ states: cameraStates(guarded), clock, log });
  const source = pushSource(cameras.map(pushingCamera));
  const webhook = { source, clockOffsets, pictures: pictures.store, queue, clock, log };
  const deadLetter = sendToDeadLetterQueue({ client: queues.client, queueUrl: queues.deadLetterUrl });
  const recorder = { store, deadLetter, count: () => {}, log };

  let isUp = false;
  const serveApi = apiLambda(api);
  const gateway: Gateway = await openGateway(
    port,
    [
      {
        method: 'POST',
        prefix: '/api/gate/anpr-event',
        lambda: (event: APIGatewayProxyEventV2) => accept(event, webhook),
      },
      { prefix: '/api/health', lambda: async (event: APIGatewayProxyEventV2) => (isUp ? serveApi(event) : NOT_YET) },
      { prefix: '/', lambda: serveApi },
    ],
    async (request, response) =>
      (await pictures.serve(request, response)) ||
      (options.video !== undefined && (await servePage(request, response))),
  );
  publicUrl = `http://127.0.0.1:${gateway.port}`;
  const polled = pollForEver({
    client: queues.client,
    queueUrl: queues.detectionsUrl,
    handler: (event) => recordBatch(event, recorder),
    clock,
    signal: stop.signal,
  });

  const ours = {
    ...definedOf(environment),
    GATE_STATE_FOLDER: bridgeFolder,
    GATE_TABLE: TABLE_NAME,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_REGION: LOCAL_AWS.region,
    AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
  };
  const plates = {
    GATE_QUEUE_URL: queues.detectionsUrl,
    GATE_PICTURES_FOLDER: pictures.folder,
    GATE_STATE_PORT: '0',
  };
  const video = {
    GATE_JWT_ISSUER: issuer.issuer,
    GATE_JWT_AUDIENCE: issuer.audience,
    GATE_JWT_JWKS_FILE: join(data, 'issuer-keys.json'),
    GATE_ORIGINS: [publicUrl, ...originsIn(environment)].join(','),
    GATE_DOOR_PORT: String(doorPort),
  };
  writeFileSync(video.GATE_JWT_JWKS_FILE, JSON.stringify(issuer.jwks));
  const openBridge = (over: Environment = {}) =>
    startBridge({ ...ours, ...plates, ...definedOf(over) }, join(data, 'bridge.log'));
  const openMedia = (over: Environment = {}) =>
    startMedia({ ...ours, ...video, ...definedOf(over) }, join(data, 'media.log'));
  let bridge = await openBridge();
  let media = options.video ? await openMedia() : null;

  const token = issuer.mint({
    rights: ['gate:read', 'gate:control', 'gate:admin'],
    expiresInSeconds: OPERATOR_TOKEN_SECONDS,
    subject: 'operator',
  });
  writeFileSync(join(data, 'operator.jwt'), `${token}\n`, { mode: PRIVATE_MODE });
  isUp = true;

  return {
    url: publicUrl,
    cameras: opened,
    token,
    table,
    queues,
    bridge: () => bridge,
    startBridge: async (over) => {
      bridge = await openBridge(over);
      return bridge;
    },
    issuer,
    media: () => media,
    startMedia: async (over) => {
      media = await openMedia(over);
      return media;
    },
    close: async () => {
      await gateway.close();
      await Promise.all([bridge.stop(), media?.stop()]);
      // This queue is a memory: what it was given and the table has not would be gone with it.
      await queues.drained();
      stop.abort();
      await polled;
      await queues.close();
      await table.close();
      unlock();
    },
  };
}

/** As the api function reads them. */
function originsIn({ GATE_ORIGINS = '' }: Environment): string[] {
  return GATE_ORIGINS.split(',').flatMap((origin) => origin.trim() || []);
}

function lockData(data: string): () => void {
  try {
    return lockFolder(data);
  } catch (cause) {
    throw new Rejected('conflict', `could not start: another npm start runs on ${data}; give this one its own --data`, {
      cause,
    });
  }
}

function apiLambda(api: ReturnType<typeof createApi>) {
  const lambda = handle(api);
  return async (event: APIGatewayProxyEventV2): Promise<LambdaResult> => {
    const { body = null, requestContext, ...rest } = event;
    return lambda({ ...rest, body, requestContext: { ...requestContext, authentication: null, authorizer: {} } });
  };
}

function definedOf(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
