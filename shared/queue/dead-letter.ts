import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Broken, reasonOf } from '../support/errors.ts';
import { sqsText } from './message-text.ts';

const SEND_TIMEOUT_MS = 10_000;
const MAX_REASON_CHARACTERS = 256;

export type DeadLetterQueueOptions = { client: SQSClient; queueUrl: string };

/**
 * For what can never be stored: `send(body, reason)` puts it where a person will look, with the reason as attribute
 * `reason`. Throws Broken when the queue does not take it; the caller then keeps the message where it was.
 */
export function sendToDeadLetterQueue({ client, queueUrl }: DeadLetterQueueOptions) {
  return async (body: string, reason: string): Promise<void> => {
    const command = new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: sqsText(body),
      MessageAttributes: {
        reason: { DataType: 'String', StringValue: sqsText(reason.slice(0, MAX_REASON_CHARACTERS)) || 'unknown' },
      },
    });
    try {
      await client.send(command, { abortSignal: AbortSignal.timeout(SEND_TIMEOUT_MS) });
    } catch (error) {
      throw new Broken('internal', `could not send to the dead-letter queue: ${reasonOf(error)}`, { cause: error });
    }
  };
}
