import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cursorSecret } from './cursor-secret.ts';
import { type EmbeddedTable, openDynalite } from './embedded.fixture.ts';
import { ticketSecret } from './ticket-secret.ts';

describe('the key of viewers’ tickets', () => {
  let table: EmbeddedTable;
  beforeAll(async () => {
    table = await openDynalite();
  });
  afterAll(() => table?.close());

  test('is made once, however many ask first, and is not the key of cursors', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => ticketSecret(table)()));
    const [first] = keys;
    expect(first).toHaveLength(32);
    for (const key of keys) expect(Buffer.from(key)).toEqual(Buffer.from(first ?? ''));
    expect(Buffer.from(await cursorSecret(table)())).not.toEqual(Buffer.from(first ?? ''));
  });

  test('that cannot be read now can be read later', async () => {
    let isAway = true;
    const base = { region: 'eu-central-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1 };
    const away = DynamoDBDocumentClient.from(new DynamoDBClient({ ...base, endpoint: 'http://127.0.0.1:9' }));
    const switched: EmbeddedTable['client'] = Object.create(table.client, {
      send: {
        value: (...sent: Parameters<EmbeddedTable['client']['send']>) => (isAway ? away : table.client).send(...sent),
      },
    });
    const key = ticketSecret({ client: switched, table: table.table });
    await expect(key()).rejects.toMatchObject({ name: 'Busy', code: 'internal' });
    isAway = false;
    await expect(key()).resolves.toHaveLength(32);
    away.destroy();
  });
});
