// The plates ever read, by their first characters: what a prefix search looks through instead of scanning the table.
import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Plate } from '../detection/plate.ts';
import type { Clock } from '../support/clock.ts';
import { directoryKey, directoryPartition } from './keys.ts';
import { TABLE } from './table.ts';
import { isConditionFailure } from './table-errors.ts';

/** Plates that one prefix search follows; beyond them the answer says that it was capped. */
export const MAX_PREFIX_PLATES = 50;
/** A gate's regulars of a day, about 1 MB; a plate that drops out costs one more conditional write. */
const MAX_REMEMBERED_PLATES = 10_000;
const DAY_SECONDS = 86_400;

export interface PlateDirectory {
  /** Makes sure that a search finds `plate` for as long as a row expiring at `rowExpiresAtSeconds` lives. */
  add(plate: Plate, rowExpiresAtSeconds: number): Promise<void>;
  /** Plates that begin with `prefix`, at least PREFIX_CHARACTERS long, in the order of the alphabet. */
  find(prefix: string): Promise<{ plates: Plate[]; capped: boolean }>;
}

type Dependencies = { client: DynamoDBDocumentClient; table: string; clock: Clock };

export function plateDirectory({ client, table, clock }: Dependencies): PlateDirectory {
  const remembered = new Map<Plate, number>();

  async function add(plate: Plate, rowExpiresAtSeconds: number): Promise<void> {
    const key = directoryKey(plate);
    // Rounded up to the day, so that a regular's entry is written once a day and outlives every row it leads to.
    const expiresAt = Math.ceil(rowExpiresAtSeconds / DAY_SECONDS) * DAY_SECONDS;
    if (key === null || (remembered.get(plate) ?? 0) >= expiresAt) return;
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: key,
          UpdateExpression: 'SET #ttl = :expiresAt',
          ConditionExpression: 'attribute_not_exists(#ttl) OR #ttl < :expiresAt',
          ExpressionAttributeNames: { '#ttl': TABLE.ttl },
          ExpressionAttributeValues: { ':expiresAt': expiresAt },
        }),
      );
    } catch (thrown) {
      if (!isConditionFailure(thrown)) throw thrown;
    }
    remember(plate, expiresAt);
  }

  function remember(plate: Plate, expiresAt: number): void {
    remembered.delete(plate);
    remembered.set(plate, expiresAt);
    const oldest = remembered.keys().next();
    if (remembered.size > MAX_REMEMBERED_PLATES && !oldest.done) remembered.delete(oldest.value);
  }

  async function find(prefix: string): Promise<{ plates: Plate[]; capped: boolean }> {
    const { Items: rows = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        Limit: MAX_PREFIX_PLATES + 1,
        KeyConditionExpression: '#pk = :partition AND begins_with(#sk, :prefix)',
        ExpressionAttributeNames: { '#pk': TABLE.partitionKey, '#sk': TABLE.sortKey },
        ExpressionAttributeValues: { ':partition': directoryPartition(prefix), ':prefix': prefix },
      }),
    );
    const plates = rows
      .slice(0, MAX_PREFIX_PLATES)
      .filter((row) => Number(row[TABLE.ttl]) * 1000 > clock.now())
      .map((row) => String(row[TABLE.sortKey]) as Plate);
    return { plates, capped: rows.length > MAX_PREFIX_PLATES };
  }

  return { add, find };
}
