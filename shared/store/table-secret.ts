import { randomBytes } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { RowKey } from './keys.ts';
import { TABLE } from './table.ts';
import { isConditionFailure } from './table-errors.ts';

const SECRET_BYTES = 32;

export type SecretTable = { client: DynamoDBDocumentClient; table: string };

/** A signing key in the row `key`: made once, by whichever process comes first, and kept there for all of them. */
export function tableSecret({ client, table }: SecretTable, key: RowKey): () => Promise<Uint8Array> {
  let secret: Promise<Uint8Array> | undefined;

  async function readOrCreate(): Promise<Uint8Array> {
    const stored = await read();
    if (stored !== undefined) return stored;
    const created = randomBytes(SECRET_BYTES);
    const Item = { ...key, secret: new Uint8Array(created) };
    const ConditionExpression = `attribute_not_exists(${TABLE.partitionKey})`;
    try {
      await client.send(new PutCommand({ TableName: table, Item, ConditionExpression }));
      return created;
    } catch (thrown) {
      const winner = isConditionFailure(thrown) ? await read() : undefined;
      if (winner === undefined) throw thrown;
      return winner;
    }
  }

  async function read(): Promise<Uint8Array | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item?.secret instanceof Uint8Array ? Item.secret : undefined;
  }

  return async () => {
    secret ??= readOrCreate();
    try {
      return await secret;
    } catch (thrown) {
      secret = undefined;
      throw thrown;
    }
  };
}
