import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DetectionId } from '../detection/detection.ts';
import type { Clock } from '../support/clock.ts';
import { Busy } from '../support/errors.ts';
import type { Row } from './detection-row.ts';
import { detectionKey } from './keys.ts';
import { TABLE } from './table.ts';

/** BatchGetItem takes no more, and a page is never longer. */
export const MAX_ROWS = 100;
const MAX_ROUNDS = 5;
const FIRST_PAUSE_MS = 25;
const RETRY_AFTER_SECONDS = 1;

type Dependencies = { client: DynamoDBDocumentClient; table: string; clock: Clock };

/** The rows of up to MAX_ROWS detections, in the order asked for; one deleted since is left out. Throws Busy when throttled. */
export async function fetchRows({ client, table, clock }: Dependencies, ids: readonly DetectionId[]): Promise<Row[]> {
  const found = new Map<string, Row>();
  let keys: Record<string, unknown>[] = ids.map(detectionKey);
  for (let round = 1; keys.length > 0; round++) {
    // Consistent: an index entry can be ahead of an eventually consistent read of its own row.
    const request = { RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } };
    const answer = await client.send(new BatchGetCommand(request));
    for (const row of answer.Responses?.[table] ?? []) found.set(String(row[TABLE.partitionKey]), row);
    keys = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    if (keys.length === 0) break;
    if (round === MAX_ROUNDS) {
      const after = { retryAfterSeconds: RETRY_AFTER_SECONDS };
      throw new Busy('internal', 'could not fetch detections: the table is throttled', after);
    }
    await clock.sleep(FIRST_PAUSE_MS * 2 ** round);
  }
  return ids.map((id) => found.get(detectionKey(id).pk)).filter((row) => row !== undefined);
}
