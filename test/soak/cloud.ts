// What runs in AWS: webhook and recorder, each call a process of its own that may die at any step, over a table that may
// be away.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { recordBatch } from '../../functions/recorder/record.ts';
import { accept } from '../../functions/webhook/accept.ts';
import type { Camera } from '../../shared/isapi/cameras.ts';
import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import { detectionStore } from '../../shared/store/detections.ts';
import type { RecorderMetric } from '../../shared/store/recorder-metrics.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { pushSource } from '../../shared/webhook/push-source.ts';
import { pushingCamera } from '../../shared/webhook/pushing-camera.ts';
import { type Gateway, openGateway } from '../local/http-gateway.ts';
import { eventOf } from '../local/lambda-poller.ts';
import type { MemoryQueue } from './memory-queue.ts';
import { Mortal } from './mortal.ts';

const WEBHOOK_PATH = '/api/gate/anpr-event/';

export type CloudDeps = {
  queue: MemoryQueue;
  pictures: PictureStore;
  client: DynamoDBDocumentClient;
  /** Its name, and whether it answers. */
  table: { name: string; isAway: boolean };
  clock: Clock;
};

/** The step at which the next call dies, and whether that one is still done; null: it lives. */
export type Death = { step: number; isDone: boolean } | null;

export type Cloud = {
  dieNext: { webhook: Death; recorder: Death };
  /** Calls that died before they had answered. */
  killed: { webhook: number; recorder: number };
  counts: Map<RecorderMetric, number>;
  /** Bodies that the recorder set aside. */
  deadLetters: string[];
  webhookUrl: string;
  /** Whom the webhook believes; to be told once the camera has an address. */
  know(camera: Camera): void;
  /** Calls that have not ended. */
  readonly underWay: number;
  /** One batch of the queue; false when there is none to take now. */
  record(): Promise<boolean>;
  close(): Promise<void>;
};

export async function openCloud({ queue, pictures, client, table, clock }: CloudDeps): Promise<Cloud> {
  let source = pushSource([]);
  const running = new Set<Mortal>();

  /** The call's answer; null when it died before it had one. */
  async function call<T>(name: 'webhook' | 'recorder', work: (mortal: Mortal) => Promise<T>): Promise<T | null> {
    const mortal = new Mortal();
    const death = cloud.dieNext[name];
    cloud.dieNext[name] = null;
    if (death !== null) mortal.killAt(death.step, death.isDone);
    running.add(mortal);
    try {
      const answer = await Promise.race([work(mortal), mortal.died.then(() => null)]);
      if (answer === null) cloud.killed[name] += 1;
      return answer;
    } finally {
      // A function that has answered is frozen: what it had not finished is not done.
      mortal.kill();
      running.delete(mortal);
    }
  }

  const gateway: Gateway = await openGateway(
    0,
    [
      {
        prefix: WEBHOOK_PATH,
        lambda: async (event) => {
          const answer = await call('webhook', (mortal) =>
            accept(event, {
              source,
              clockOffsets: async () => () => null,
              pictures: { ...pictures, put: (...picture) => mortal.step(() => pictures.put(...picture)) },
              queue: { send: (reads) => mortal.step(() => queue.send(reads)) },
              clock,
              log,
            }),
          );
          return answer ?? { statusCode: 502 };
        },
      },
    ],
    async () => false,
  );

  const cloud: Cloud = {
    dieNext: { webhook: null, recorder: null },
    killed: { webhook: 0, recorder: 0 },
    counts: new Map(),
    deadLetters: [],
    webhookUrl: `http://127.0.0.1:${gateway.port}${WEBHOOK_PATH}`,
    know(camera) {
      source = pushSource([pushingCamera(camera)]);
    },
    get underWay() {
      return [...running].reduce((sum, { underWay }) => sum + underWay, 0);
    },
    async record() {
      const bodies = queue.receive();
      if (bodies === null) return false;
      const event = eventOf(bodies.map((Body, n) => ({ MessageId: String(n), Body })));
      const answer = await call('recorder', (mortal) =>
        recordBatch(event, {
          store: detectionStore({ client: mortalClient(mortal), table: table.name, clock, log }),
          deadLetter: (body) => mortal.step(async () => void cloud.deadLetters.push(body)),
          count: (metric) => cloud.counts.set(metric, (cloud.counts.get(metric) ?? 0) + 1),
          log,
        }),
      );
      const failed = answer?.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
      queue.bringAgain(failed ? failed.map((n) => bodies[n] ?? '') : bodies);
      return true;
    },
    close: () => gateway.close(),
  };

  /** Every request to the table is a step. */
  function mortalClient(mortal: Mortal): DynamoDBDocumentClient {
    const send = (...request: Parameters<DynamoDBDocumentClient['send']>) =>
      mortal.step(async () => {
        if (table.isAway) throw Object.assign(new Error('the table is away'), { name: 'TimeoutError' });
        return client.send(...request);
      });
    return new Proxy(client, { get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)) });
  }

  return cloud;
}
