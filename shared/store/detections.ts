// The store of detections: one conditional write per message, reads that need no scan (DESIGN.md section 4).
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Detection, DetectionId } from '../detection/detection.ts';
import { type Clock, isoInstant } from '../support/clock.ts';
import { Broken, Rejected } from '../support/errors.ts';
import type { Log } from '../support/log.ts';
import { cursorSecret } from './cursor-secret.ts';
import { detectionOf, rowUpdate } from './detection-row.ts';
import { CURSOR_SECRET_KEY, detectionKey } from './keys.ts';
import { detectionLister, type Page } from './list.ts';
import { plateDirectory } from './plate-directory.ts';
import { recordingTwins } from './record-twins.ts';
import type { Search } from './search.ts';
import { TABLE } from './table.ts';
import { isConditionFailure, withTableErrors } from './table-errors.ts';
import { twinFinder } from './twins.ts';

export const DEFAULT_RETENTION_DAYS = 90;
const DAY_SECONDS = 86_400;
const CHECK_TIMEOUT_MS = 2_000;

/** `matched`: it is another read's row now, under that one's id. */
export type Recorded = 'created' | 'merged' | 'matched';

export interface DetectionStore {
  /**
   * Safe to repeat, in any order. What only the camera's memory has is added to another road's read of the same vehicle
   * where there is one (`matched`; twins.ts). Throws Rejected `conflict` when the id already stands for another camera or plate,
   * Busy or Broken when the table did not take it.
   */
  record(detection: Detection): Promise<Recorded>;
  get(id: DetectionId): Promise<Detection | null>;
  /** Throws Rejected `invalid_request` for an impossible search or a cursor that is not its own. */
  list(search: Search): Promise<Page>;
  /** Resolves when the table answers within CHECK_TIMEOUT_MS. */
  check(): Promise<void>;
}

export type DetectionStoreDependencies = {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  log: Log;
  /** Days after storing until a row is gone for readers; `DEFAULT_RETENTION_DAYS` when absent. */
  retentionDays?: number;
};

export function detectionStore(dependencies: DetectionStoreDependencies): DetectionStore {
  const { client, table, clock, retentionDays = DEFAULT_RETENTION_DAYS } = dependencies;
  const directory = plateDirectory(dependencies);
  const list = detectionLister({ ...dependencies, directory, secret: cursorSecret(dependencies) });
  const nowSeconds = () => Math.floor(clock.now() / 1000);

  async function merge(detection: Detection): Promise<'created' | 'merged'> {
    // Counted from storing, not from `at`: a camera whose clock stands in another year must not lose its reads.
    const expiresAtSeconds = nowSeconds() + retentionDays * DAY_SECONDS;
    // Directory first: a crash between the two leaves a plate without rows, which the redelivery completes.
    if (detection.plate !== null) await directory.add(detection.plate, expiresAtSeconds);
    const update = rowUpdate(detection, { storedAt: isoInstant(clock.now()), expiresAtSeconds });
    const Key = detectionKey(detection.id);
    try {
      const { Attributes: old } = await client.send(
        new UpdateCommand({ TableName: table, Key, ...update, ReturnValues: 'UPDATED_OLD' }),
      );
      return old?.storedAt === undefined ? 'created' : 'merged';
    } catch (thrown) {
      if (!isConditionFailure(thrown)) throw thrown;
      const message = 'could not store a detection: its id stands for another camera or plate';
      throw new Rejected('conflict', message, { cause: thrown });
    }
  }

  const record = recordingTwins({ merge, twins: twinFinder(dependencies), clock });

  async function get(id: DetectionId): Promise<Detection | null> {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: detectionKey(id), ConsistentRead: true }),
    );
    if (row === undefined || Number(row[TABLE.ttl]) <= nowSeconds()) return null;
    try {
      return detectionOf(row);
    } catch (thrown) {
      throw new Broken('internal', 'could not read a detection: its row is damaged', { cause: thrown });
    }
  }

  async function check(): Promise<void> {
    const command = new GetCommand({
      TableName: table,
      Key: CURSOR_SECRET_KEY,
      ProjectionExpression: TABLE.partitionKey,
    });
    await client.send(command, { abortSignal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
  }

  return {
    record: (detection) => withTableErrors('store a detection', () => record(detection)),
    get: (id) => withTableErrors('read a detection', () => get(id)),
    list: (search) => withTableErrors('list detections', () => list(search)),
    check: () => withTableErrors('reach the table', check),
  };
}
