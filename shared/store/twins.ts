// Where a camera's memory and another road tell of one read with times that differ, there are two ids for it. The table's
// indexes find the other one; they may lag behind the table by moments, which the age of such rows covers.
import { DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CameraId, Detection, DetectionId } from '../detection/detection.ts';
import { AROUND_MS, isOfSame } from '../detection/twin.ts';
import { type Clock, isoInstant } from '../support/clock.ts';
import { type Row, rememberedOf } from './detection-row.ts';
import { mergedEntries } from './entries.ts';
import { cameraPartition, detectionKey, platePartition, unreadPartition } from './keys.ts';
import { fetchRows, MAX_ROWS } from './rows.ts';
import { HISTORY, type TableIndex, TIMELINE } from './table.ts';
import { isConditionFailure } from './table-errors.ts';

/** Reads of one plate, or of all that passed where it is unread, within seconds; several times what a gate brings forth. */
const MAX_EXAMINED = 100;
/**
 * Roads that do not go by the camera's clock, since it is wrong, date one read as far apart as the ways to correct it are:
 * by when it came, and by offsets that were measured on both sides of a step of our own clock.
 */
const CORRECTED_APART_MS = 3 * 60_000;

export interface Twins {
  /** What is stored of the same vehicle around it, its own row too, each with what the camera's memory held beside it. */
  around(detection: Detection): Promise<Detection[]>;
  /** Takes a row out of the table that only the camera's memory has told of; any other one stays. */
  remove(id: DetectionId): Promise<void>;
}

// A damaged row is nobody's twin, and must not keep the read beside it out of the table.
function readable(row: Row): Detection[] {
  try {
    return [rememberedOf(row)];
  } catch {
    return [];
  }
}

type Place = { index: TableIndex; partition: string; instant: string; withinMs: number };

/** Lists are ordered by the corrected instant, and not every road knew how far the camera's clock was off. */
function placesOf({ camera, plate, at, capturedAt }: Detection): Place[] {
  if (plate === null) {
    const timeline = { index: TIMELINE, partition: cameraPartition(camera), withinMs: AROUND_MS };
    const byCamera = { ...timeline, instant: capturedAt };
    const aside = { ...byCamera, index: HISTORY, partition: unreadPartition(camera) };
    return at === capturedAt ? [byCamera, aside] : [byCamera, aside, { ...timeline, instant: at }];
  }
  const history = { index: HISTORY, partition: platePartition(plate) };
  const byCamera = { ...history, instant: capturedAt, withinMs: AROUND_MS };
  return at === capturedAt ? [byCamera] : [byCamera, { ...history, instant: at, withinMs: CORRECTED_APART_MS }];
}

type Dependencies = { client: DynamoDBDocumentClient; table: string; clock: Clock };

export function twinFinder({ client, table, clock }: Dependencies): Twins {
  async function idsIn({ index, partition, instant, withinMs }: Place, camera: CameraId): Promise<DetectionId[]> {
    const middle = Date.parse(instant);
    // The end of a span is exclusive.
    const span = { from: isoInstant(middle - withinMs), to: isoInstant(middle + withinMs + 1), after: undefined };
    const ids: DetectionId[] = [];
    let examined = 0;
    const reading = { client, table, index, partitions: [partition], wanted: MAX_EXAMINED };
    for await (const entry of mergedEntries({ ...reading, span: { ...span, order: 'asc' } })) {
      if (entry.camera === camera) ids.push(entry.id);
      examined += 1;
      if (examined === MAX_EXAMINED) break;
    }
    return ids;
  }

  return {
    async around(detection) {
      const found = await Promise.all(placesOf(detection).map((place) => idsIn(place, detection.camera)));
      const ids = [...new Set([detection.id, ...found.flat()])];
      // A read that stands alone has nothing to match; a row's own read may be so new that no index tells of it.
      if (ids.length === 1 && detection.sources.some((source) => source !== 'history')) return [];
      const rows: Row[] = [];
      for (let from = 0; from < ids.length; from += MAX_ROWS) {
        rows.push(...(await fetchRows({ client, table, clock }, ids.slice(from, from + MAX_ROWS))));
      }
      return rows.flatMap(readable).filter((other) => isOfSame(other, detection));
    },

    async remove(id) {
      try {
        await client.send(
          new DeleteCommand({
            TableName: table,
            Key: detectionKey(id),
            ConditionExpression: '#sources = :onlyHistory',
            ExpressionAttributeNames: { '#sources': 'sources' },
            ExpressionAttributeValues: { ':onlyHistory': new Set(['history']) },
          }),
        );
      } catch (thrown) {
        if (!isConditionFailure(thrown)) throw thrown;
      }
    },
  };
}
