// SQS on this machine, in memory: what it holds is lost with it, so the bridge's outbox is the durable side.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, GetQueueAttributesCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { createSqsServer } from 'local-aws-sqs';
import { systemClock } from '../../shared/support/clock.ts';
import { LOCAL_AWS } from './local-aws.ts';

/** A message that was not done with in time is brought again; AWS's own default. */
const VISIBILITY_SECONDS = 30;

/** What the recorder may take for a backlog before everything is given up. */
const DRAIN_TIMEOUT_MS = 30_000;
const DRAIN_EVERY_MS = 50;

export type EmbeddedQueues = {
  client: SQSClient;
  endpoint: string;
  detectionsUrl: string;
  deadLetterUrl: string;
  /** Resolves when no detection waits or is under way any more, or when the queue does not answer. */
  drained(): Promise<void>;
  /** Comes back empty, as a memory does. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
};

export async function openQueues(visibilitySeconds = VISIBILITY_SECONDS): Promise<EmbeddedQueues> {
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new SQSClient({ ...LOCAL_AWS, endpoint });
  const create = async (name: string) => {
    const Attributes = { VisibilityTimeout: String(visibilitySeconds) };
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    return QueueUrl;
  };
  const createAll = async () => ({
    detectionsUrl: await create('detections'),
    deadLetterUrl: await create('detections-dead-letter'),
  });
  const urls = await createAll();
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return {
    client,
    endpoint,
    ...urls,
    stop,
    drained: () => drained(client, urls.detectionsUrl),
    restart: async () => {
      await stop();
      server = await listen(port);
      await createAll();
    },
    close: async () => {
      client.destroy();
      await stop();
    },
  };
}

async function drained(client: SQSClient, QueueUrl: string): Promise<void> {
  const AttributeNames: QueueAttributeName[] = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  for (const deadline = performance.now() + DRAIN_TIMEOUT_MS; performance.now() < deadline; ) {
    const answer = await client
      .send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }), { abortSignal: AbortSignal.timeout(1_000) })
      .catch(() => null);
    const counts = AttributeNames.map((name) => Number(answer?.Attributes?.[name] ?? 0));
    if (counts.every((count) => count === 0)) return;
    await systemClock.sleep(DRAIN_EVERY_MS);
  }
}

async function listen(port: number): Promise<Server> {
  const server = await createSqsServer({ port, hostname: '127.0.0.1' });
  if (!server.listening) await once(server, 'listening');
  return server;
}
