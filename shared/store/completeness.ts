// Hours of one camera compared, newest first, until they are done or as much was compared as one question may cost.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CameraId } from '../detection/detection.ts';
import { type Clock, isoInstant } from '../support/clock.ts';
import {
  emptyAccount,
  HOUR_MS,
  type HourAccount,
  type HourAccounts,
  tableHourAccounts,
} from './completeness-accounts.ts';
import { compareHours, type LaneHour } from './completeness-comparison.ts';
import { type MemoryReport, type MemoryReports, memoryReports } from './completeness-memory.ts';
import { BESIDE_HOUR_MS, isFarOff, type StoredReads, spansOf, storedReads } from './completeness-reads.ts';
import { DEFAULT_RETENTION_DAYS } from './detections.ts';

/** Rows and reads together: some seconds of a function. */
export const MAX_COMPARED = 40_000;
/** Hours that are looked at together. */
const HOURS_A_LOOK = 4;
const DAY_MS = 24 * HOUR_MS;

export type ComparedHour = LaneHour & {
  /** The camera remembered more than an account has room for. */
  isCapped: boolean;
  /** Its reads are kept no longer: what is not in the table may have been. */
  isExpired: boolean;
};

export type ComparedHours = {
  /** The first instant that was compared: later than asked for where it would have been too much. */
  from: string;
  /** Every hour at least once, newest first, its lanes in order. */
  hours: ComparedHour[];
};

export interface Completeness {
  memoryOf(camera: CameraId): Promise<MemoryReport | null>;
  /** Both instants are whole hours of the camera's clock. Throws Busy or Broken when the table does not answer. */
  compare(camera: CameraId, from: string, to: string): Promise<ComparedHours>;
}

/** By what the table holds. */
export function tableCompleteness(table: {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  retentionDays?: number;
}): Completeness {
  const memories = memoryReports(table);
  return completenessOf({ ...table, accounts: tableHourAccounts(table), reads: storedReads(table), memories });
}

type Dependencies = {
  accounts: Pick<HourAccounts, 'between'>;
  reads: StoredReads;
  memories: Pick<MemoryReports, 'read'>;
  clock: Pick<Clock, 'now'>;
  /** Days after storing until a read is gone; `DEFAULT_RETENTION_DAYS` when absent. */
  retentionDays?: number;
  maxCompared?: number;
};

export function completenessOf(dependencies: Dependencies): Completeness {
  const { accounts, reads, memories, clock, maxCompared = MAX_COMPARED } = dependencies;
  const { retentionDays = DEFAULT_RETENTION_DAYS } = dependencies;

  function isExpired(hour: string, account: HourAccount | undefined): boolean {
    const aheadMs = account?.aheadMs ?? null;
    return Date.parse(hour) + retentionDays * DAY_MS <= clock.now() + (isFarOff(aheadMs) ? aheadMs : 0);
  }

  async function compareLook(camera: CameraId, from: number, to: number) {
    // A row of one hour may be the read of the next one, so the hours beside are looked at as well.
    const told = await accounts.between(camera, isoInstant(from - HOUR_MS), isoInstant(to + HOUR_MS));
    const hours = hoursBetween(from, to);
    const within = new Set(hours);
    const around = hoursBetween(from - HOUR_MS, to + HOUR_MS);
    const known = new Map(told.map((account) => [account.hour, account]));
    const spans = hours.flatMap((hour) => spansOf(known.get(hour) ?? emptyAccount(hour)));
    const moments = await reads.moments(camera, spans);
    const rows = around.flatMap((hour) => rowsNear(known.get(hour), from, to));
    const ids = new Set(moments.map(({ id }) => id));
    for (const { id } of rows) ids.add(id);
    const stored = await reads.fetch([...ids]);
    const compared = compareHours({ camera, rows, reads: stored }).filter(({ hour }) => within.has(hour));
    return {
      cost: rows.length + ids.size,
      hours: hours.toReversed().flatMap((hour) => {
        const account = known.get(hour);
        const lanes = lanesOf(hour, compared);
        return lanes.map((lane) => ({
          ...lane,
          isCapped: account?.isCapped ?? false,
          isExpired: isExpired(hour, account),
        }));
      }),
    };
  }

  return {
    memoryOf: (camera) => memories.read(camera),
    async compare(camera, from, to) {
      const start = Date.parse(from);
      const hours: ComparedHour[] = [];
      let cost = 0;
      let end = Date.parse(to);
      while (end > start && cost < maxCompared) {
        const begin = Math.max(start, end - HOURS_A_LOOK * HOUR_MS);
        const look = await compareLook(camera, begin, end);
        hours.push(...look.hours);
        cost += look.cost;
        end = begin;
      }
      return { from: isoInstant(end), hours };
    },
  };
}

/** Of an hour beside the ones that are compared only those rows count that may share a read with them. */
function rowsNear(account: HourAccount | undefined, from: number, to: number): HourAccount['rows'] {
  if (account === undefined) return [];
  const start = Date.parse(account.hour);
  if (start >= from && start < to) return account.rows;
  return account.rows.filter(({ capturedAt }) => {
    const at = Date.parse(capturedAt);
    return at >= from - BESIDE_HOUR_MS && at < to + BESIDE_HOUR_MS;
  });
}

function lanesOf(hour: string, compared: readonly LaneHour[]): LaneHour[] {
  const lanes = compared.filter((each) => each.hour === hour);
  const nothing = { hour, lane: null, camera: 0, stored: 0, recovered: 0, onlyInCamera: [], onlyStored: [] };
  return lanes.length > 0 ? lanes : [nothing];
}

function hoursBetween(from: number, to: number): string[] {
  return Array.from({ length: (to - from) / HOUR_MS }, (_, n) => isoInstant(from + n * HOUR_MS));
}
