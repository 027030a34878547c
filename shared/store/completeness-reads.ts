// What is stored of a camera's hours: first by the timeline alone, which costs next to nothing, then the rows themselves.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TRUSTED_CLOCK_OFFSET_MS } from '../detection/camera-time.ts';
import type { CameraId, DetectionId } from '../detection/detection.ts';
import { TWIN_WITHIN_MS } from '../detection/twin.ts';
import { type Clock, isoInstant } from '../support/clock.ts';
import { HOUR_MS, type HourAccount } from './completeness-accounts.ts';
import type { StoredRead } from './completeness-comparison.ts';
import { detectionOf, type Row } from './detection-row.ts';
import { mergedEntries } from './entries.ts';
import { cameraPartition, type Moment } from './keys.ts';
import { fetchRows, MAX_ROWS } from './rows.ts';
import { TABLE, TIMELINE } from './table.ts';
import { withTableErrors } from './table-errors.ts';

/**
 * How far from an hour rows are looked at too: farther than they usually have a say, for a truck that stands at the gate
 * is read again and again.
 */
export const BESIDE_HOUR_MS = 60_000;
/** Entries of one read of the timeline, about 150 kB. */
const ENTRIES_A_READ = 1_000;
const MAX_PARALLEL = 4;
/** Of the rows beside an hour that have a say in whose a read is, all reads that they may tell of. */
const AROUND_MS = BESIDE_HOUR_MS + TWIN_WITHIN_MS;
/** A clock that is far off was measured for the read and for its row, with so much in between at most. */
const MEASURED_WITHIN_MS = 300_000;
const EARLIEST_MS = 0;
const LATEST_MS = Date.UTC(9999, 0);

/** Instants: `from` inclusive, `to` exclusive. */
export type Span = { from: string; to: string };

/** Both throw Busy or Broken when the table does not answer. */
export interface StoredReads {
  /** Of all reads in these spans by their place in the timeline. The index may lag behind the table by moments. */
  moments(camera: CameraId, spans: readonly Span[]): Promise<Moment[]>;
  /** As they are in the table now; one that is not there, or damaged, is left out. */
  fetch(ids: readonly DetectionId[]): Promise<StoredRead[]>;
}

/**
 * Where in the timeline reads of the hour are, and whatever may be one with a row of it. A clock that is minutes off is
 * corrected there, while the hour is the camera's own.
 */
export function spansOf({ hour, aheadMs }: Pick<HourAccount, 'hour' | 'aheadMs'>): Span[] {
  const start = Date.parse(hour);
  const around = (from: number, ms: number): Span => ({
    from: isoInstant(Math.max(EARLIEST_MS, from - ms)),
    to: isoInstant(Math.min(LATEST_MS, from + HOUR_MS + ms + 1)),
  });
  const own = around(start, AROUND_MS);
  if (!isFarOff(aheadMs)) return [own];
  return [own, around(start - aheadMs, MEASURED_WITHIN_MS)];
}

export function isFarOff(aheadMs: number | null): aheadMs is number {
  return aheadMs !== null && Math.abs(aheadMs) > TRUSTED_CLOCK_OFFSET_MS;
}

/** The same instants in as few spans as they need, oldest first. */
export function mergedSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = merged.at(-1);
    if (last === undefined || last.to < span.from) merged.push({ ...span });
    else if (span.to > last.to) last.to = span.to;
  }
  return merged;
}

type Dependencies = { client: DynamoDBDocumentClient; table: string; clock: Clock };

export function storedReads(dependencies: Dependencies): StoredReads {
  const { client, table, clock } = dependencies;

  async function moments(camera: CameraId, spans: readonly Span[]): Promise<Moment[]> {
    const found: Moment[] = [];
    const reading = { client, table, index: TIMELINE, partitions: [cameraPartition(camera)], wanted: ENTRIES_A_READ };
    for (const { from, to } of mergedSpans(spans)) {
      const span = { from, to, order: 'asc' as const, after: undefined };
      for await (const { at, id, expiresAtSeconds } of mergedEntries({ ...reading, span })) {
        if (expiresAtSeconds > clock.now() / 1000) found.push({ at, id });
      }
    }
    return found;
  }

  async function fetch(ids: readonly DetectionId[]): Promise<StoredRead[]> {
    const unique = [...new Set(ids)];
    const pages = Array.from({ length: Math.ceil(unique.length / MAX_ROWS) }, (_, page) =>
      unique.slice(page * MAX_ROWS, (page + 1) * MAX_ROWS),
    );
    const found: StoredRead[] = [];
    const worker = async (): Promise<void> => {
      for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
        found.push(...(await fetchRows(dependencies, page)).flatMap((row) => readOf(row)));
      }
    };
    await Promise.all(Array.from({ length: MAX_PARALLEL }, worker));
    return found;
  }

  function readOf(row: Row): StoredRead[] {
    if (Number(row[TABLE.ttl]) <= clock.now() / 1000) return [];
    try {
      const { id, camera, plate, lane, at, capturedAt, sources, receivedAt, uuid } = detectionOf(row);
      // The earliest arrival is the memory's. What old firmware's memory tells at once is live, and nothing was missed.
      const isRecovered = row.arrival_history_late === receivedAt;
      return [
        { id, camera, plate, ...(lane && { lane }), at, capturedAt, sources, ...(uuid && { uuid }), isRecovered },
      ];
    } catch {
      return [];
    }
  }

  return {
    moments: (camera, spans) => withTableErrors('list what is stored of an hour', () => moments(camera, spans)),
    fetch: (ids) => withTableErrors('read what is stored of an hour', () => fetch(ids)),
  };
}
