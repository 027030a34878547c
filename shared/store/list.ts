// Lists: a camera's timeline, several cameras' merged, a plate's history, the histories of all plates with a prefix.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Detection } from '../detection/detection.ts';
import type { Clock } from '../support/clock.ts';
import type { Log } from '../support/log.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { detectionOf, type Row } from './detection-row.ts';
import { type Entry, mergedEntries } from './entries.ts';
import { cameraPartition, platePartition } from './keys.ts';
import type { PlateDirectory } from './plate-directory.ts';
import { fetchRows } from './rows.ts';
import { canonicalSearch, checkSearch, type Search } from './search.ts';
import { HISTORY, TABLE, type TableIndex, TIMELINE } from './table.ts';

/** Index entries looked at for one page; where most are expired or of other cameras, the page is short and has a cursor. */
const MAX_EXAMINED_ENTRIES = 1_000;

export type Page = {
  /** May be fewer than the limit, even none, while `cursor` says that there is more. */
  items: Detection[];
  cursor: string | null;
  /** More plates begin with the prefix than were followed. */
  capped: boolean;
};

type Dependencies = {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  log: Log;
  directory: PlateDirectory;
  /** Gives the key that signs cursors. */
  secret: () => Promise<Uint8Array>;
};

export function detectionLister({ client, table, clock, log, directory, secret }: Dependencies) {
  async function list(search: Search): Promise<Page> {
    checkSearch(search);
    const canonical = canonicalSearch(search);
    const after = search.cursor === undefined ? undefined : readCursor(await secret(), canonical, search.cursor);
    const { index, partitions, capped } = await partitionsOf(search);
    const span = { order: search.order, from: search.from, to: search.to, after };
    const entries: Entry[] = [];
    let examined = 0;
    let last: Entry | undefined;
    let more = false;
    for await (const entry of mergedEntries({ client, table, index, partitions, span, wanted: search.limit })) {
      more = entries.length === search.limit || examined === MAX_EXAMINED_ENTRIES;
      if (more) break;
      examined++;
      last = entry;
      if (isWanted(entry, search)) entries.push(entry);
    }
    const rows = await fetchRows(
      { client, table, clock },
      entries.map(({ id }) => id),
    );
    const cursor = more && last !== undefined ? writeCursor(await secret(), canonical, last) : null;
    return { items: rows.flatMap(readable), cursor, capped };
  }

  async function partitionsOf(search: Search): Promise<{ index: TableIndex; partitions: string[]; capped: boolean }> {
    if (search.plate !== undefined) {
      return { index: HISTORY, partitions: [platePartition(search.plate)], capped: false };
    }
    if (search.prefix !== undefined) {
      const { plates, capped } = await directory.find(search.prefix);
      return { index: HISTORY, partitions: plates.map(platePartition), capped };
    }
    return { index: TIMELINE, partitions: [...new Set(search.cameras)].map(cameraPartition), capped: false };
  }

  function isWanted({ camera, expiresAtSeconds }: Entry, { cameras }: Search): boolean {
    return expiresAtSeconds > clock.now() / 1000 && (cameras === undefined || cameras.includes(camera));
  }

  // One damaged row must not hide the rest of the lane.
  function readable(row: Row): Detection[] {
    try {
      return [detectionOf(row)];
    } catch (thrown) {
      log.error('detection.unreadable', {
        row: String(row[TABLE.partitionKey]),
        errorName: thrown instanceof Error ? thrown.name : 'unknown',
      });
      return [];
    }
  }

  return list;
}
