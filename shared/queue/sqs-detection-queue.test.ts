import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DetectionSchema } from '../detection/detection.ts';
import { Broken } from '../support/errors.ts';
import { sendToDeadLetterQueue } from './dead-letter.ts';
import { sampleDetection } from './detection.fixture.ts';
import { detectionMessage, sqsText } from './message-text.ts';
import { type Answer, type Entry, openQueues, openScriptedSqs, type Queues, type ScriptedSqs } from './sqs.fixture.ts';
import { sqsDetectionQueue } from './sqs-detection-queue.ts';

const QUEUE_URL = 'http://127.0.0.1/123456789012/detections';

describe('a queue that works', () => {
  let queues: Queues;
  beforeAll(async () => {
    queues = await openQueues();
  });
  afterAll(() => queues.close());

  test('ten reads arrive as they were sent', async () => {
    const queueUrl = await queues.create('ten');
    const reads = Array.from({ length: 10 }, (_, n) => sampleDetection(n));
    expect(await sqsDetectionQueue({ client: queues.client, queueUrl }).send(reads)).toEqual({ refused: [] });
    const arrived = (await queues.drain(queueUrl)).map(({ body }) => DetectionSchema.parse(JSON.parse(body)));
    expect(arrived.toSorted((a, b) => a.at.localeCompare(b.at))).toEqual(reads);
  });

  test('plates that look like numbers and text that SQS dislikes come through unchanged', async () => {
    const queueUrl = await queues.create('odd');
    const odd = ['01234567', '1E5', '0012E3', 'a\u0000b\u{1F}\u{FFFE}\u{FFFF}\uD800c'];
    const reads = odd.map((plateAsRead, n) => sampleDetection(n, { plateAsRead }));
    expect(await sqsDetectionQueue({ client: queues.client, queueUrl }).send(reads)).toEqual({ refused: [] });
    const arrived = (await queues.drain(queueUrl)).map(({ body }) => DetectionSchema.parse(JSON.parse(body)));
    expect(arrived.map(({ plateAsRead }) => plateAsRead).toSorted()).toEqual(odd.toSorted());
  });

  test('more than one batch can hold is sent as several', async () => {
    const queueUrl = await queues.create('many');
    const reads = Array.from({ length: 23 }, (_, n) => sampleDetection(n));
    expect(await sqsDetectionQueue({ client: queues.client, queueUrl }).send(reads)).toEqual({ refused: [] });
    expect(await queues.drain(queueUrl)).toHaveLength(23);
  });

  test('what cannot be stored reaches the dead-letter queue with its reason', async () => {
    const queueUrl = await queues.create('dead');
    const send = sendToDeadLetterQueue({ client: queues.client, queueUrl });
    await send('{"no":"detection"\u0000', 'not a detection: id missing\u0007');
    await send('{}', '');
    expect(await queues.drain(queueUrl)).toEqual([
      { body: '{"no":"detection"\u{FFFD}', attributes: { reason: 'not a detection: id missing\u{FFFD}' } },
      { body: '{}', attributes: { reason: 'unknown' } },
    ]);
  });

  test('a queue that does not exist is Broken', async () => {
    const queueUrl = (await queues.create('gone')).replace('gone', 'nowhere');
    const { client } = queues;
    await expect(sqsDetectionQueue({ client, queueUrl }).send([sampleDetection(1)])).rejects.toThrow(Broken);
    await expect(sendToDeadLetterQueue({ client, queueUrl })('{}', 'why')).rejects.toThrow(Broken);
  });
});

describe('a queue that refuses', () => {
  let sqs: ScriptedSqs;
  afterEach(() => sqs.close());

  async function scripted(answer: (entries: Entry[]) => Answer) {
    sqs = await openScriptedSqs(answer);
    return sqsDetectionQueue({ client: sqs.client, queueUrl: QUEUE_URL });
  }

  test('every message carries its camera as the fairness tag', async () => {
    const queue = await scripted(() => ({}));
    await queue.send([sampleDetection(1)]);
    expect(sqs.batches[0]?.map(({ MessageGroupId }) => MessageGroupId)).toEqual(['gate']);
  });

  test('the reads it did not take are named by their place, the others are gone', async () => {
    const queue = await scripted(() => ({
      failed: [
        { Id: '7', SenderFault: false, Code: 'InternalError' },
        { Id: '2', SenderFault: true, Code: 'InvalidMessageContents' },
      ],
    }));
    const reads = Array.from({ length: 9 }, (_, n) => sampleDetection(n));
    expect(await queue.send(reads)).toEqual({ refused: [2, 7] });
  });

  test('a queue that fails to take any is away', async () => {
    const queue = await scripted((entries) => ({
      failed: entries.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' })),
    }));
    await expect(queue.send([sampleDetection(1), sampleDetection(2)])).rejects.toThrow('InternalError');
  });

  test('one read refused for what it holds is its own fault, not an outage', async () => {
    const queue = await scripted(() => ({ failed: [{ Id: '0', SenderFault: true, Code: 'InvalidMessageContents' }] }));
    expect(await queue.send([sampleDetection(1)])).toEqual({ refused: [0] });
  });

  test('one read that spoils a whole batch is found, and the nine others go', async () => {
    const queue = await scripted((entries) =>
      entries.some(({ Id }) => Id === '6') ? { error: 'InvalidMessageContents' } : {},
    );
    const reads = Array.from({ length: 10 }, (_, n) => sampleDetection(n));
    expect(await queue.send(reads)).toEqual({ refused: [6] });
  });

  test.each(['AccessDeniedException', 'RequestThrottled', 'QueueDoesNotExist'])('%s is an outage', async (error) => {
    const queue = await scripted(() => ({ error }));
    await expect(queue.send([sampleDetection(1), sampleDetection(2)])).rejects.toThrow(Broken);
    expect(sqs.batches).toHaveLength(1);
  });

  test('no request is larger than SQS takes, and each read is sent once', async () => {
    const queue = await scripted(() => ({}));
    const reads = Array.from({ length: 5 }, (_, n) => sampleDetection(n, { list: 'x'.repeat(400_000) }));
    expect(await queue.send(reads)).toEqual({ refused: [] });
    expect(sqs.batches.map((batch) => batch.map(({ Id }) => Id))).toEqual([['0', '1'], ['2', '3'], ['4']]);
  });

  test('a read longer than SQS takes is refused without asking', async () => {
    const queue = await scripted(() => ({}));
    const tooLong = sampleDetection(2, { list: 'x'.repeat(1_048_577) });
    expect(await queue.send([sampleDetection(1), tooLong])).toEqual({ refused: [1] });
    expect(sqs.batches.flat()).toHaveLength(1);
  });
});

describe('message text', () => {
  const taken = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;
  const anyText = fc.string({ unit: 'binary' });

  test('whatever the camera writes is a body that SQS takes, and reads back the same', () => {
    fc.assert(
      fc.property(anyText, (plateAsRead) => {
        const read = sampleDetection(1, { plateAsRead });
        const body = detectionMessage(read);
        expect(body).toMatch(taken);
        expect(JSON.parse(body)).toEqual(read);
      }),
    );
  });

  test('foreign text is made fit, and fit text is left alone', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(sqsText(text)).toMatch(taken);
        if (taken.test(text)) expect(sqsText(text)).toBe(text);
      }),
    );
  });
});
