// For tests: queues on a loopback port, and an SQS that answers what the test says.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createSqsServer } from 'local-aws-sqs';

export type Queues = {
  client: SQSClient;
  /** A fresh queue's URL. */
  create(name: string): Promise<string>;
  /** Empties the queue: every body it held, in the order received. */
  drain(queueUrl: string): Promise<{ body: string; attributes: Record<string, string | undefined> }[]>;
  close(): Promise<void>;
};

export async function openQueues(): Promise<Queues> {
  const server = await createSqsServer({ port: 0, hostname: '127.0.0.1' });
  const client = clientOf((server.address() as AddressInfo).port);
  return {
    client,
    async create(name) {
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name }));
      return QueueUrl ?? '';
    },
    async drain(QueueUrl) {
      const all = [];
      for (;;) {
        const receive = new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
        });
        const { Messages = [] } = await client.send(receive);
        if (Messages.length === 0) return all;
        for (const { Body = '', MessageAttributes = {} } of Messages) {
          const named = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
          all.push({ body: Body, attributes: Object.fromEntries(named) });
        }
      }
    },
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Entry = { Id: string; MessageBody: string; MessageGroupId?: string };
/** Ids to fail with what; or an error for the whole request. */
export type Answer = { failed?: { Id: string; SenderFault: boolean; Code: string }[]; error?: string };

export type ScriptedSqs = { client: SQSClient; batches: Entry[][]; close(): Promise<void> };

export async function openScriptedSqs(answer: (entries: Entry[]) => Answer): Promise<ScriptedSqs> {
  const batches: Entry[][] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { Entries } = JSON.parse(text) as { Entries: Entry[] };
    batches.push(Entries);
    const { failed = [], error } = answer(Entries);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (error !== undefined) {
      response.writeHead(400).end(JSON.stringify({ __type: `com.amazonaws.sqs#${error}`, message: 'as asked' }));
      return;
    }
    const ids = new Set(failed.map(({ Id }) => Id));
    const taken = Entries.filter(({ Id }) => !ids.has(Id)).map(({ Id, MessageBody }) => {
      // The SDK holds the answer against what it sent.
      return { Id, MessageId: Id, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
    });
    response.end(JSON.stringify({ Successful: taken, Failed: failed }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = clientOf((server.address() as AddressInfo).port);
  return {
    client,
    batches,
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function clientOf(port: number): SQSClient {
  return new SQSClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}
