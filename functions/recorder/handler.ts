import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { sendToDeadLetterQueue } from '../../shared/queue/dead-letter.ts';
import { detectionStore } from '../../shared/store/detections.ts';
import { METRIC_NAMESPACE } from '../../shared/store/recorder-metrics.ts';
import { tableClient } from '../../shared/store/table-client.ts';
import { systemClock } from '../../shared/support/clock.ts';
import { lambdaLog } from '../../shared/support/lambda-log.ts';
import { readEnvironment } from './environment.ts';
import { type RecorderDependencies, recordBatch } from './record.ts';

const environment = readEnvironment(process.env);
const log = lambdaLog('recorder');
const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: 'recorder' });
const client = new SQSClient({});
const dependencies: RecorderDependencies = {
  store: detectionStore({ ...environment, client: tableClient(), clock: systemClock, log }),
  deadLetter: sendToDeadLetterQueue({ client, queueUrl: environment.deadLetterQueueUrl }),
  count: (metric) => metrics.addMetric(metric, MetricUnit.Count, 1),
  log,
};

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  try {
    return await recordBatch(event, dependencies);
  } finally {
    metrics.publishStoredMetrics();
  }
}
