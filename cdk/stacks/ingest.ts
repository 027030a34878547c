// From the queue to the table, and how a push gets into the queue.
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { GateConfig } from '../config.ts';
import { GateFunction } from '../parts/gate-function.ts';
import type { DataStack } from './data.ts';

const RECORDER_TIMEOUT_SECONDS = 30;
/** AWS asks for six times the function's time, so that no message is worked on twice at once (aws.md 2.1). */
const VISIBILITY_SECONDS = 6 * RECORDER_TIMEOUT_SECONDS;
/** Half an hour of an unreachable table before a message waits for a person instead. */
const MAX_RECEIVES = 10;
const QUEUE_DAYS = 4;
/** Counted from the first send (aws.md 2.1), so longer than the queue's own. */
const DEAD_LETTER_DAYS = 14;
const BATCH = 10;
const MAX_CONCURRENT_BATCHES = 20;
const RECORDER_MEBIBYTES = 512;
const WEBHOOK_MEBIBYTES = 512;
/** Cameras give up after a few seconds; pictures have 3 s, two sends the rest. */
const WEBHOOK_TIMEOUT_SECONDS = 25;

export class IngestStack extends Stack {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly recorder: GateFunction;
  readonly webhook: GateFunction;

  constructor(scope: Construct, id: string, { config, data }: { config: GateConfig; data: DataStack }) {
    super(scope, id, { stackName: `${config.name}-ingest` });
    const { logsDays, detectionsDays } = config.retention;
    this.deadLetters = new Queue(this, 'DeadLetters', {
      retentionPeriod: Duration.days(DEAD_LETTER_DAYS),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue: what is here waits for a person, who is paged.',
    });
    this.queue = new Queue(this, 'Detections', {
      visibilityTimeout: Duration.seconds(VISIBILITY_SECONDS),
      retentionPeriod: Duration.days(QUEUE_DAYS),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });

    this.recorder = new GateFunction(this, 'Recorder', {
      name: 'recorder',
      memoryMebibytes: RECORDER_MEBIBYTES,
      timeoutSeconds: RECORDER_TIMEOUT_SECONDS,
      environment: {
        GATE_TABLE: data.table.tableName,
        GATE_DEAD_LETTER_QUEUE_URL: this.deadLetters.queueUrl,
        GATE_RETENTION_DAYS: String(detectionsDays),
      },
      logsDays,
    });
    // A read and the camera's memory of it are one row: the other one is looked for, and removed (record-twins.ts).
    this.recorder.allow(['dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], [data.table.tableArn]);
    this.recorder.allow(['dynamodb:Query'], data.indexArns);
    this.recorder.allow(['sqs:SendMessage'], [this.deadLetters.queueArn]);
    this.recorder.function.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: BATCH,
        maxConcurrency: MAX_CONCURRENT_BATCHES,
        reportBatchItemFailures: true,
      }),
    );

    Validations.of(this.recorder).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'A queue as source sets its messages aside by its own redrive policy; a destination would get none.',
    });

    this.webhook = new GateFunction(this, 'Webhook', {
      name: 'webhook',
      memoryMebibytes: WEBHOOK_MEBIBYTES,
      timeoutSeconds: WEBHOOK_TIMEOUT_SECONDS,
      environment: {
        GATE_QUEUE_URL: this.queue.queueUrl,
        GATE_PICTURES_BUCKET: data.pictures.bucketName,
        GATE_TABLE: data.table.tableName,
      },
      cameras: config.cameras,
      logsDays,
    });
    this.webhook.allow(['sqs:SendMessage'], [this.queue.queueArn]);
    this.webhook.allow(['s3:PutObject'], [data.pictureArns]);
    // How far the cameras' clocks are off, as the bridge has measured it.
    this.webhook.allowStatement(
      new PolicyStatement({
        actions: ['dynamodb:GetItem'],
        resources: [data.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CAMERA#*'] } },
      }),
    );
    Validations.of(this.webhook).acknowledge(data.picturesWildcard);
  }
}
