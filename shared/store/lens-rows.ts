// The lens rows in the table: one item per camera, replaced by compare-and-set.
import { BatchGetCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CameraId } from '../detection/detection.ts';
import { type LensRow, LensRowSchema } from '../isapi/lens/lens-row.ts';
import type { LensRows } from '../isapi/lens/lens-rows.ts';
import { Broken } from '../support/errors.ts';
import { lensKey } from './keys.ts';
import { TABLE } from './table.ts';
import { isConditionFailure, withTableErrors } from './table-errors.ts';

/** BatchGetItem takes no more. */
const MAX_KEYS = 100;

export function tableLensRows({ client, table }: { client: DynamoDBDocumentClient; table: string }): LensRows {
  async function read(camera: CameraId): Promise<LensRow | null> {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: lensKey(camera), ConsistentRead: true }),
    );
    return Item === undefined ? null : lensRowOf(Item);
  }

  async function readAll(cameras: readonly CameraId[]): Promise<Map<CameraId, LensRow>> {
    const byKey = new Map(cameras.map((camera) => [lensKey(camera).pk, camera]));
    const found = new Map<CameraId, LensRow>();
    for (let from = 0; from < cameras.length; from += MAX_KEYS) {
      const Keys = cameras.slice(from, from + MAX_KEYS).map(lensKey);
      const request = { RequestItems: { [table]: { Keys, ConsistentRead: true } } };
      // Keys that the table left out come with the next look, two seconds later.
      const { Responses } = await client.send(new BatchGetCommand(request));
      for (const item of Responses?.[table] ?? []) {
        const camera = byKey.get(String(item[TABLE.partitionKey]));
        if (camera !== undefined) found.set(camera, lensRowOf(item));
      }
    }
    return found;
  }

  async function write(camera: CameraId, row: LensRow, expectedVersion: number): Promise<boolean> {
    const condition =
      expectedVersion === 0
        ? { ConditionExpression: 'attribute_not_exists(#version)' }
        : {
            ConditionExpression: '#version = :expected',
            ExpressionAttributeValues: { ':expected': expectedVersion },
          };
    try {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: { ...row, ...lensKey(camera) },
          ExpressionAttributeNames: { '#version': 'version' },
          ...condition,
        }),
      );
      return true;
    } catch (thrown) {
      if (isConditionFailure(thrown)) return false;
      throw thrown;
    }
  }

  return {
    read: (camera) => withTableErrors('read a lens', () => read(camera)),
    readAll: (cameras) => withTableErrors('read the lenses', () => readAll(cameras)),
    write: (camera, row, expected) => withTableErrors('write a lens', () => write(camera, row, expected)),
  };
}

function lensRowOf(item: Record<string, unknown>): LensRow {
  const row = LensRowSchema.safeParse(item);
  if (row.success) return row.data;
  throw new Broken('internal', 'could not read a lens: its row is damaged', { cause: row.error });
}
