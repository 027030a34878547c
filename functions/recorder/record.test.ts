import type { SQSEvent, SQSRecord } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DetectionId } from '../../shared/detection/detection.ts';
import { aDetection, aPicture, standingClock } from '../../shared/store/detection.fixture.ts';
import { type DetectionStore, detectionStore } from '../../shared/store/detections.ts';
import { type EmbeddedTable, openDynalite } from '../../shared/store/embedded.fixture.ts';
import { Broken, Busy } from '../../shared/support/errors.ts';
import { type LogFields, silentLog } from '../../shared/support/log.ts';
import { recordBatch } from './record.ts';

describe('the recorder', () => {
  let embedded: EmbeddedTable;
  let store: DetectionStore;
  let setAside: { body: string; reason: string }[];
  let counted: string[];
  let logged: string[];
  beforeAll(async () => {
    embedded = await openDynalite();
    store = detectionStore({ ...embedded, clock: standingClock(), log: silentLog });
  });
  beforeEach(() => {
    [setAside, counted, logged] = [[], [], []];
  });
  afterAll(() => embedded.close());

  function dependencies(changes: { store?: Pick<DetectionStore, 'record'>; deadLetter?: () => Promise<void> } = {}) {
    const note = (event: string, fields?: LogFields) => logged.push(`${event} ${JSON.stringify(fields)}`);
    return {
      store,
      deadLetter: async (body: string, reason: string) => void setAside.push({ body, reason }),
      count: (metric: string) => void counted.push(metric),
      log: { info: note, warn: note, error: note },
      ...changes,
    };
  }

  test('stores a batch, and messages of one read in any order are one row', async () => {
    const read = aDetection({ plate: 'BATCH1' });
    const whole = { ...read, pictures: [aPicture('scene')] };
    const answer = await recordBatch(eventOf([JSON.stringify(whole), JSON.stringify(read)]), dependencies());
    expect(answer).toEqual({ batchItemFailures: [] });
    expect((await store.get(read.id))?.pictures).toHaveLength(1);
    expect(counted.sort()).toEqual(['DetectionsCreated', 'DetectionsMerged']);
  });

  test('a message that can never be stored is set aside with its reason, and the rest of its batch is stored', async () => {
    const good = aDetection({ plate: 'GOOD22' });
    const known = aDetection({ plate: 'KNOWN2' });
    await store.record(known);
    const poison = ['{"id":', '{"id":"x"}', JSON.stringify({ ...known, plate: 'OTHER2' })];
    const answer = await recordBatch(eventOf([...poison, JSON.stringify(good)]), dependencies());
    expect(answer.batchItemFailures).toEqual([]);
    expect(new Map(setAside.map(({ body, reason }) => [body, reason]))).toEqual(
      new Map([
        [poison[0], 'not_json'],
        [poison[1], 'not_a_detection'],
        [poison[2], 'identity_conflict'],
      ]),
    );
    expect(await store.get(good.id)).not.toBeNull();
  });

  test('a poison message that the dead-letter queue does not take stays in the queue', async () => {
    const away = () => Promise.reject(new Broken('internal', 'could not send to the dead-letter queue: away'));
    const answer = await recordBatch(eventOf(['nonsense']), dependencies({ deadLetter: away }));
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'message-0' }]);
    expect(counted).toEqual(['DetectionsFailed']);
  });

  test('only the messages that the table did not take come again', async () => {
    const [stuck, fine] = [aDetection({ plate: 'STUCK1' }), aDetection({ plate: 'FINE11' })];
    const halfAway: Pick<DetectionStore, 'record'> = {
      record: async (detection) => {
        if (detection.id === stuck.id) throw new Busy('internal', 'could not store a detection: throttled');
        return store.record(detection);
      },
    };
    const event = eventOf([JSON.stringify(stuck), JSON.stringify(fine)]);
    expect((await recordBatch(event, dependencies({ store: halfAway }))).batchItemFailures).toEqual([
      { itemIdentifier: 'message-0' },
    ]);
    expect(await recordBatch(event, dependencies())).toEqual({ batchItemFailures: [] });
    expect(await store.get(stuck.id)).not.toBeNull();
  });

  test('no more than four rows are written at a time', async () => {
    const underWay = new Set<DetectionId>();
    let most = 0;
    const four = Promise.withResolvers<void>();
    const slow: Pick<DetectionStore, 'record'> = {
      record: async ({ id }) => {
        most = Math.max(most, underWay.add(id).size);
        if (underWay.size === 4) four.resolve();
        await four.promise;
        underWay.delete(id);
        return 'created';
      },
    };
    const bodies = Array.from({ length: 8 }, (_, i) => JSON.stringify(aDetection({ plate: `PAR${i}` })));
    await recordBatch(eventOf(bodies), dependencies({ store: slow }));
    expect(most).toBe(4);
    expect(counted).toHaveLength(8);
  });

  test('no plate reaches a log', async () => {
    await recordBatch(
      eventOf([JSON.stringify(aDetection({ plate: 'SECRET9' })), '{"plate":"SECRET9"}']),
      dependencies(),
    );
    expect(logged).toHaveLength(2);
    expect(logged.join()).not.toContain('SECRET9');
  });

  test('whatever the body, the batch is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.json()), { maxLength: 10 }), async (bodies) => {
        setAside = [];
        expect(await recordBatch(eventOf(bodies), dependencies())).toEqual({ batchItemFailures: [] });
        expect(setAside.map(({ body }) => body).sort()).toEqual([...bodies].sort());
      }),
    );
  });
});

function eventOf(bodies: readonly string[]): SQSEvent {
  return { Records: bodies.map(recordOf) };
}

function recordOf(body: string, i: number): SQSRecord {
  const attributes = {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'bridge',
    ApproximateFirstReceiveTimestamp: '0',
  };
  const source = { eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:::detections', awsRegion: 'us-east-1' };
  const rest = { receiptHandle: '', md5OfBody: '', messageAttributes: {} };
  return { messageId: `message-${i}`, body, attributes, ...rest, ...source };
}
