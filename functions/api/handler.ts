import { readFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { handle } from 'hono/aws-lambda';
import { tokenVerifier } from '../../shared/auth/verify-token.ts';
import { openCameras } from '../../shared/isapi/open-camera.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { s3PictureStore } from '../../shared/pictures/s3-picture-store.ts';
import { cameraStates } from '../../shared/store/camera-states.ts';
import { tableCompleteness } from '../../shared/store/completeness.ts';
import { detectionStore } from '../../shared/store/detections.ts';
import { tableGuardLedger } from '../../shared/store/guard-ledger.ts';
import { tableLensRows } from '../../shared/store/lens-rows.ts';
import { tableMoveLog } from '../../shared/store/moves.ts';
import { tableClient } from '../../shared/store/table-client.ts';
import { ticketSecret } from '../../shared/store/ticket-secret.ts';
import { videoStates } from '../../shared/store/video-states.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { Broken } from '../../shared/support/errors.ts';
import { lambdaLog } from '../../shared/support/lambda-log.ts';
import { readSecureString } from '../../shared/support/parameter-store.ts';
import { createApi } from './api.ts';
import { readEnvironment } from './environment.ts';

const environment = readEnvironment(process.env, (path) => readFileSync(path, 'utf8'));
const log = lambdaLog('api');
const table = { client: tableClient(), table: environment.table };
const ledger = tableGuardLedger(table);
const cameras = openCameras(environment.cameras, {
  ledger,
  transport: httpTransport(),
  readSecret: readSecureString(new SSMClient({})),
  labelPassword: () => Promise.reject(new Broken('internal', 'could not log in: functions only use stored passwords')),
  clock,
  log,
  holder: 'api',
});

export const handler = handle(
  createApi({
    store: detectionStore({ ...table, clock, log }),
    pictures: s3PictureStore({ client: new S3Client({}), bucket: environment.bucket }),
    verifyToken: tokenVerifier(environment.token),
    cameras,
    states: cameraStates(table),
    videos: videoStates(table),
    completeness: tableCompleteness({ ...table, clock, retentionDays: environment.retentionDays }),
    ledger,
    lensRows: tableLensRows(table),
    moves: tableMoveLog({ ...table, clock }),
    ...(environment.liveUrl !== undefined && { live: { url: environment.liveUrl, ticketKey: ticketSecret(table) } }),
    log,
    clock,
    origins: environment.origins,
  }),
);
