import { type BatchResultErrorEntry, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Detection } from '../detection/detection.ts';
import { Broken, reasonOf } from '../support/errors.ts';
import { type DetectionQueue, MAX_BATCH_MESSAGES } from './detection-queue.ts';
import { detectionMessage } from './message-text.ts';

/** SQS counts all bodies of a batch together, and one body alone against the same limit (aws.md: 1 MiB). */
const MAX_BATCH_BYTES = 1_048_576;
/** A healthy send takes 10–50 ms; the SDK's own retries count into it. */
const SEND_TIMEOUT_MS = 10_000;

/** Request-level errors that blame the messages, not the road: a smaller batch finds out which. */
const ABOUT_THE_MESSAGES = new Set(['InvalidMessageContents', 'InvalidParameterValue', 'BatchRequestTooLong']);

/** A message on its way; `index` is its place in the caller's list. */
type Outgoing = { index: number; camera: string; body: string; bytes: number };

/** Which indexes stayed behind, and why if that was not the messages' own fault. */
type Outcome = { refused: number[]; failure?: unknown };

export type SqsDetectionQueueOptions = { client: SQSClient; queueUrl: string };

export function sqsDetectionQueue({ client, queueUrl }: SqsDetectionQueueOptions): DetectionQueue {
  async function sendBatch(batch: readonly Outgoing[]): Promise<Outcome> {
    const Entries = batch.map(({ index, camera, body }) => ({
      Id: String(index),
      MessageBody: body,
      // On a standard queue a fairness tag: one camera's storm of reads cannot starve the others.
      MessageGroupId: camera,
    }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
    try {
      const { Failed = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(SEND_TIMEOUT_MS) });
      return outcomeOf(Failed);
    } catch (error) {
      if (!(error instanceof Error) || !ABOUT_THE_MESSAGES.has(error.name))
        return { refused: batch.map(({ index }) => index), failure: error };
      if (batch.length === 1) return { refused: batch.map(({ index }) => index) };
      const half = Math.ceil(batch.length / 2);
      return merged([await sendBatch(batch.slice(0, half)), await sendBatch(batch.slice(half))]);
    }
  }

  return {
    async send(detections) {
      const outgoing = detections.map(toOutgoing);
      const tooLong = outgoing.filter(({ bytes }) => bytes > MAX_BATCH_BYTES).map(({ index }) => index);
      const outcomes: Outcome[] = [{ refused: tooLong }];
      for (const batch of batches(outgoing)) outcomes.push(await sendBatch(batch));
      const { refused, failure } = merged(outcomes);
      if (failure !== undefined && refused.length === detections.length)
        throw new Broken('internal', `could not send to the queue: ${reasonOf(failure)}`, { cause: failure });
      return { refused: refused.toSorted((a, b) => a - b) };
    },
  };
}

function toOutgoing(detection: Detection, index: number): Outgoing {
  const body = detectionMessage(detection);
  return { index, camera: detection.camera, body, bytes: Buffer.byteLength(body) };
}

function* batches(outgoing: readonly Outgoing[]): Generator<Outgoing[]> {
  let batch: Outgoing[] = [];
  let bytes = 0;
  for (const message of outgoing) {
    if (message.bytes > MAX_BATCH_BYTES) continue;
    if (batch.length === MAX_BATCH_MESSAGES || bytes + message.bytes > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += message.bytes;
  }
  if (batch.length > 0) yield batch;
}

function outcomeOf(failed: readonly BatchResultErrorEntry[]): Outcome {
  const refused = failed.map(({ Id }) => Number(Id));
  const ours = failed.find(({ SenderFault }) => SenderFault !== true);
  return ours === undefined ? { refused } : { refused, failure: new Error(`${ours.Code}: ${ours.Message ?? ''}`) };
}

function merged(outcomes: readonly Outcome[]): Outcome {
  const failure = outcomes.find((outcome) => outcome.failure !== undefined)?.failure;
  return { refused: outcomes.flatMap(({ refused }) => refused), ...(failure === undefined ? {} : { failure }) };
}
