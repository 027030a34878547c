import { describe, expect, test } from 'vitest';
import { Rejected, reasonOf } from '../support/errors.ts';
import { silentLog } from '../support/log.ts';
import { aDetection, standingClock } from './detection.fixture.ts';
import { detectionStore } from './detections.ts';
import { tableClient } from './table-client.ts';
import { withTableErrors } from './table-errors.ts';

function named(name: string): Error {
  return Object.assign(new Error('One or more keys: PLATE#01A123BC'), { name });
}

describe('errors of the table', () => {
  test('throttling asks for a later try', async () => {
    const throttled = withTableErrors('store', () => Promise.reject(named('ThrottlingException')));
    await expect(throttled).rejects.toMatchObject({ name: 'Busy', retryAfterSeconds: 1 });
  });

  test('a refusal of the database is ours to mend, and its message with the plate stays out of ours', async () => {
    const invalid = await withTableErrors('store', () => Promise.reject(named('ValidationException'))).catch((e) => e);
    expect(invalid).toMatchObject({ name: 'Broken', code: 'internal' });
    expect(reasonOf(invalid)).toBe('could not store: ValidationException');
  });

  test('our own errors pass as they are', async () => {
    const own = new Rejected('conflict', 'could not');
    await expect(withTableErrors('store', () => Promise.reject(own))).rejects.toBe(own);
  });

  test('a table that cannot be reached is Busy', async () => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = tableClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials, maxAttempts: 1 });
    const store = detectionStore({ client, table: 'gate-test', clock: standingClock(), log: silentLog });
    await expect(store.record(aDetection())).rejects.toMatchObject({ name: 'Busy' });
    await expect(store.check()).rejects.toMatchObject({ name: 'Busy' });
    client.destroy();
  });
});
