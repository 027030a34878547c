import { readFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { s3PictureStore } from '../../shared/pictures/s3-picture-store.ts';
import { sqsDetectionQueue } from '../../shared/queue/sqs-detection-queue.ts';
import { cameraStates } from '../../shared/store/camera-states.ts';
import { tableClient } from '../../shared/store/table-client.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { lambdaLog } from '../../shared/support/lambda-log.ts';
import { pushSource } from '../../shared/webhook/push-source.ts';
import { pushingCamera } from '../../shared/webhook/pushing-camera.ts';
import { accept } from './accept.ts';
import { readEnvironment } from './environment.ts';
import { measuredOffsets } from './measured-offsets.ts';

const { cameras, queueUrl, bucket, table } = readEnvironment(process.env, (path) => readFileSync(path, 'utf8'));
const log = lambdaLog('webhook');
const clockOffsets = measuredOffsets({ states: cameraStates({ client: tableClient(), table }), clock, log });
const dependencies = {
  source: pushSource(cameras.map(pushingCamera)),
  pictures: s3PictureStore({ client: new S3Client({}), bucket }),
  queue: sqsDetectionQueue({ client: new SQSClient({}), queueUrl }),
  clockOffsets,
  clock,
  log,
};
// While the container starts, so that its first push finds the answer.
void clockOffsets(cameras.map(({ id }) => id));

export function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return accept(event, dependencies);
}
