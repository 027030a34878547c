// The table as data: what CDK deploys, the local system creates and the tests run against is this one definition.
import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';

const LOCAL_TABLE_WAIT_SECONDS = 30;
const LOCAL_TABLE_POLL_SECONDS = 1;

export type TableIndex = { readonly name: string; readonly partitionKey: string; readonly sortKey: string };

/** A camera's timeline. */
export const TIMELINE: TableIndex = { name: 'gsi1', partitionKey: 'gsi1pk', sortKey: 'gsi1sk' };
/** A plate's history. Unread plates have no key here, else they would be its hottest and most useless partition. */
export const HISTORY: TableIndex = { name: 'gsi2', partitionKey: 'gsi2pk', sortKey: 'gsi2sk' };

/**
 * Indexes are sparse and carry only what never changes once written, so that the merge of a later message costs no
 * index write; whole rows are then fetched by id, at most a page of them.
 */
export const TABLE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds. DynamoDB deletes days late, so every read filters by it as well. */
  ttl: 'ttl',
  indexes: [TIMELINE, HISTORY],
  indexProjection: ['camera', 'ttl'],
} as const;

/** Creates the table in an embedded DynamoDB and waits until it is usable; an existing one is left as it is. */
export async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(definition(name)));
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.name === 'ResourceInUseException')) throw thrown;
  }
  const wait = { client, maxWaitTime: LOCAL_TABLE_WAIT_SECONDS, minDelay: LOCAL_TABLE_POLL_SECONDS };
  await waitUntilTableExists({ ...wait, maxDelay: LOCAL_TABLE_POLL_SECONDS }, { TableName: name });
}

function definition(name: string): CreateTableCommand['input'] {
  const keys = [TABLE.partitionKey, TABLE.sortKey, ...TABLE.indexes.flatMap((i) => [i.partitionKey, i.sortKey])];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
    KeySchema: keySchema(TABLE),
    GlobalSecondaryIndexes: TABLE.indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: keySchema(index),
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...TABLE.indexProjection] },
    })),
  };
}

function keySchema({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' as const },
    { AttributeName: sortKey, KeyType: 'RANGE' as const },
  ];
}
