// What AWS does between the queue and the recorder: polls, builds the SQS event, honours batchItemFailures.
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clock } from '../../shared/support/clock.ts';

const BATCH = 10;
/** local-aws-sqs 2.0.2 does not wake a long poll for a batch: it would show each read up to 20 s late. */
const ASK_AGAIN_MS = 20;
const AFTER_ERROR_MS = 200;

export type Poller = {
  client: SQSClient;
  queueUrl: string;
  handler: (event: SQSEvent) => Promise<SQSBatchResponse>;
  clock: Clock;
  signal: AbortSignal;
};

export async function pollForEver({ client, queueUrl: QueueUrl, handler, clock, signal }: Poller): Promise<void> {
  const receive = { QueueUrl, MaxNumberOfMessages: BATCH };
  while (!signal.aborted) {
    try {
      const { Messages = [] } = await client.send(new ReceiveMessageCommand(receive), { abortSignal: signal });
      if (Messages.length === 0) {
        await clock.sleep(ASK_AGAIN_MS, signal).catch(() => {});
        continue;
      }
      const failed = new Set((await handler(eventOf(Messages))).batchItemFailures.map((item) => item.itemIdentifier));
      const done = Messages.filter(({ MessageId = '' }) => !failed.has(MessageId));
      const Entries = done.map(({ MessageId, ReceiptHandle }, i) => ({ Id: MessageId ?? String(i), ReceiptHandle }));
      if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    } catch {
      // The queue is away or was restarted; Lambda's own poller would come again too.
      await clock.sleep(AFTER_ERROR_MS, signal).catch(() => {});
    }
  }
}

export function eventOf(messages: readonly Message[]): SQSEvent {
  return { Records: messages.map(recordOf) };
}

function recordOf({ MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '' }: Message): SQSRecord {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:detections',
    awsRegion: 'us-east-1',
  };
}
