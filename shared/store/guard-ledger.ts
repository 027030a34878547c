// The guards' rows in the table: the truth between bridge, functions and probes (DESIGN.md section 5, rule 1).
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CameraId } from '../detection/detection.ts';
import type { GuardLedger } from '../isapi/guard/ledger.ts';
import { type GuardRow, GuardRowSchema } from '../isapi/guard/row.ts';
import { TableAway } from '../isapi/guard/table-away.ts';
import { Broken } from '../support/errors.ts';
import { guardKey } from './keys.ts';
import { TABLE } from './table.ts';
import { isConditionFailure } from './table-errors.ts';

/** With the client's own repeats. A camera is asked only after the table was, and its caller waits meanwhile. */
const ANSWER_TIMEOUT_MS = 2_000;
const RETRY_AFTER_SECONDS = 2;

/**
 * One item per camera, read consistently and replaced by one conditional write.
 * Throws TableAway when the table does not answer, whatever the reason: without it nobody may log in.
 */
export function tableGuardLedger({ client, table }: { client: DynamoDBDocumentClient; table: string }): GuardLedger {
  const inTime = () => ({ abortSignal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });

  return {
    async read(camera) {
      const command = new GetCommand({ TableName: table, Key: guardKey(camera), ConsistentRead: true });
      const { Item } = await client.send(command, inTime()).catch((thrown: unknown) => {
        throw away(camera, thrown);
      });
      return Item === undefined ? null : rowIn(camera, Item);
    },

    async write(camera, row, expectedVersion) {
      const command = new PutCommand({
        TableName: table,
        Item: { ...row, ...guardKey(camera) },
        ...(expectedVersion === 0
          ? { ConditionExpression: `attribute_not_exists(${TABLE.partitionKey})` }
          : {
              ConditionExpression: '#version = :expected',
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: { ':expected': expectedVersion },
            }),
      });
      try {
        await client.send(command, inTime());
        return true;
      } catch (thrown) {
        // After a repeat of its own the client may be told that it lost against itself; whoever reads again finds out.
        if (isConditionFailure(thrown)) return false;
        throw away(camera, thrown);
      }
    },
  };
}

function rowIn(camera: CameraId, item: Record<string, unknown>): GuardRow {
  const parsed = GuardRowSchema.safeParse(item);
  if (parsed.success) return parsed.data;
  // Taken for a fresh one it would forget bad logins.
  throw new Broken('internal', `could not read the guard's row of ${camera}: it is damaged`, { cause: parsed.error });
}

function away(camera: CameraId, cause: unknown): TableAway {
  const message = `could not ask camera ${camera}: its guard's table does not answer (${nameOf(cause)})`;
  return new TableAway(message, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/** A network's error has a code, and "Error" for a name; messages may quote what nobody should read. */
function nameOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
