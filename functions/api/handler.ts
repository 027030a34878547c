import { S3Client } from '@aws-sdk/client-s3';
import { handle } from 'hono/aws-lambda';
import { tokenVerifier } from '../../shared/auth/verify-token.ts';
import { s3PictureStore } from '../../shared/pictures/s3-picture-store.ts';
import { detectionStore } from '../../shared/store/detections.ts';
import { tableClient } from '../../shared/store/table-client.ts';
import { systemClock } from '../../shared/support/clock.ts';
import { lambdaLog } from '../../shared/support/lambda-log.ts';
import { createApi } from './api.ts';
import { readEnvironment } from './environment.ts';

const { table, bucket, token, cameras, origins } = readEnvironment(process.env);
const log = lambdaLog('api');
const clock = systemClock;
const store = detectionStore({ client: tableClient(), table, clock, log });
const pictures = s3PictureStore({ client: new S3Client({}), bucket });

export const handler = handle(
  createApi({ store, pictures, verifyToken: tokenVerifier(token), cameras, log, clock, origins }),
);
