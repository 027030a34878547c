import { expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';

const complete = { GATE_TABLE: 'gate', GATE_DEAD_LETTER_QUEUE_URL: 'https://sqs.example/dead' };

test('the recorder starts with a table and a dead-letter queue', () => {
  const expected = { table: 'gate', deadLetterQueueUrl: 'https://sqs.example/dead', retentionDays: 90 };
  expect(readEnvironment(complete)).toEqual(expected);
  expect(readEnvironment({ ...complete, GATE_RETENTION_DAYS: '30' }).retentionDays).toBe(30);
});

test('a wrong setting is named', () => {
  expect(() => readEnvironment({})).toThrow(/GATE_TABLE is missing; GATE_DEAD_LETTER_QUEUE_URL is no URL/);
  expect(() => readEnvironment({ ...complete, GATE_RETENTION_DAYS: 'ever' })).toThrow(
    'GATE_RETENTION_DAYS is no number',
  );
});
