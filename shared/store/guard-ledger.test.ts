import { once } from 'node:events';
import { createServer } from 'node:net';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GuardLedger } from '../isapi/guard/ledger.ts';
import { emptyRow, type GuardRow } from '../isapi/guard/row.ts';
import { TableAway } from '../isapi/guard/table-away.ts';
import { Broken, GateError } from '../support/errors.ts';
import { databases, START_TIMEOUT_MS } from './databases.fixture.ts';
import { camera } from './detection.fixture.ts';
import type { EmbeddedTable } from './embedded.fixture.ts';
import { tableGuardLedger } from './guard-ledger.ts';
import { guardKey } from './keys.ts';
import { tableClient } from './table-client.ts';

const INSTANT = '2026-11-22T10:00:00.000Z';
/** The largest that there can be. */
const full: GuardRow = {
  version: 3,
  lease: { attempt: 'a', holder: 'api', until: INSTANT, passwordVersion: '15' },
  nonceReuse: 'any-url',
  passwords: Array.from({ length: 16 }, (_, n) => ({
    passwordVersion: String(n),
    badLogins: 2,
    letIn: n % 2 === 1,
    unheard: n % 3,
    shut: { since: INSTANT, why: 'locked_by_camera', triesLeft: n % 2 ? null : 0, probeAt: n % 2 ? INSTANT : null },
  })),
};

describe.each(databases())('the guards’ rows in $name', ({ open }) => {
  let embedded: EmbeddedTable;
  let ledger: GuardLedger;
  beforeAll(async () => {
    embedded = await open();
    ledger = tableGuardLedger(embedded);
  }, START_TIMEOUT_MS);
  afterAll(() => embedded?.close());

  test('come back as they were written, and there is none before', async () => {
    const gate = camera('gate');
    await expect(ledger.read(gate)).resolves.toBeNull();
    await expect(ledger.write(gate, full, 0)).resolves.toBe(true);
    await expect(ledger.read(gate)).resolves.toEqual(full);
    await expect(ledger.read(camera('exit'))).resolves.toBeNull();
  });

  test('are replaced only by who has read the newest', async () => {
    const side = camera('side');
    const first = { ...emptyRow, version: 1 };
    const results = await Promise.all(Array.from({ length: 10 }, () => ledger.write(side, first, 0)));
    expect(results.filter(Boolean)).toHaveLength(1);
    await expect(ledger.write(side, { ...emptyRow, version: 2 }, 1)).resolves.toBe(true);
    await expect(ledger.write(side, { ...emptyRow, version: 2 }, 1)).resolves.toBe(false);
    await expect(ledger.write(side, first, 0)).resolves.toBe(false);
    await expect(ledger.read(side)).resolves.toMatchObject({ version: 2 });
  });

  test('that are damaged are never taken for fresh ones', async () => {
    const yard = camera('yard');
    const Item = { ...guardKey(yard), version: 4 };
    await embedded.client.send(new PutCommand({ TableName: embedded.table, Item }));
    await expect(ledger.read(yard)).rejects.toBeInstanceOf(Broken);
  });
});

test('a table that nobody answers for is named by what went wrong on the way', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const address = closed.address();
  closed.close();
  await once(closed, 'close');
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = tableClient({ endpoint, region: 'us-east-1', credentials });
  const error = await tableGuardLedger({ client, table: 'gate-test' })
    .read(camera('gate'))
    .catch((thrown: unknown) => thrown);
  client.destroy();
  expect(error).toBeInstanceOf(TableAway);
  expect(error).toMatchObject({ message: expect.stringMatching(/table does not answer \(ECONNREFUSED\)$/) });
});

test('a table that takes connections and never answers is given up soon', async () => {
  const mute = createServer().listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const address = mute.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = tableClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials });
  try {
    const ledger = tableGuardLedger({ client, table: 'gate-test' });
    const begun = performance.now();
    const error = await ledger.read(camera('gate')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GateError);
    expect(error).toMatchObject({ code: 'camera_busy', retryAfterSeconds: 2 });
    expect(performance.now() - begun).toBeLessThan(3_000);
  } finally {
    client.destroy();
    mute.close();
  }
});
