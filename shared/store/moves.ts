// What was asked of the lenses, by whom and with what outcome, for as long as reads are kept.
import { type DynamoDBDocumentClient, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { CameraId } from '../detection/detection.ts';
import { type MoveKey, type MoveLog, type MoveRecord, MoveRecordSchema } from '../isapi/lens/move-log.ts';
import type { Clock } from '../support/clock.ts';
import { DEFAULT_RETENTION_DAYS } from './detections.ts';
import { moveKey } from './keys.ts';
import { TABLE } from './table.ts';
import { withTableErrors } from './table-errors.ts';

/** What one list shows; older ones stay in the table for whoever has to look them up. */
export const MAX_MOVES = 100;
const DAY_SECONDS = 86_400;

type Dependencies = { client: DynamoDBDocumentClient; table: string; clock: Clock; retentionDays?: number };

export function tableMoveLog(dependencies: Dependencies): MoveLog {
  const { client, table, clock, retentionDays = DEFAULT_RETENTION_DAYS } = dependencies;
  const nowSeconds = () => Math.floor(clock.now() / 1000);

  async function keep(record: MoveRecord): Promise<void> {
    const expiry = { [TABLE.ttl]: nowSeconds() + retentionDays * DAY_SECONDS };
    await client.send(new PutCommand({ TableName: table, Item: { ...record, ...moveKey(record), ...expiry } }));
  }

  async function settle(key: MoveKey, { outcome, code }: Pick<MoveRecord, 'outcome' | 'code'>): Promise<void> {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: moveKey(key),
        UpdateExpression: code === undefined ? 'SET #outcome = :outcome' : 'SET #outcome = :outcome, #code = :code',
        // A record that was never kept must not come to be as an outcome without a question.
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: {
          '#pk': TABLE.partitionKey,
          '#outcome': 'outcome',
          ...(code === undefined ? {} : { '#code': 'code' }),
        },
        ExpressionAttributeValues: { ':outcome': outcome, ...(code === undefined ? {} : { ':code': code }) },
      }),
    );
  }

  async function newest(camera: CameraId): Promise<MoveRecord[]> {
    const { pk } = moveKey({ camera, at: '', id: '' });
    const { Items: items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: MAX_MOVES,
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': TABLE.partitionKey },
        ExpressionAttributeValues: { ':pk': pk },
      }),
    );
    return items.filter((item) => Number(item[TABLE.ttl]) > nowSeconds()).map((item) => MoveRecordSchema.parse(item));
  }

  return {
    keep: (record) => withTableErrors('keep what was asked of a lens', () => keep(record)),
    settle: (key, end) => withTableErrors('keep what became of a move', () => settle(key, end)),
    newest: (camera) => withTableErrors('list moves', () => newest(camera)),
  };
}
