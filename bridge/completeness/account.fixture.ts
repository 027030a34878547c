// One camera's account on time that is driven, over a table that is a few lists and can go away.
import { setImmediate as turn } from 'node:timers/promises';
import type { Detection } from '../../shared/detection/detection.ts';
import { rowOf } from '../../shared/store/completeness.fixture.ts';
import type { HourAccount, HourAccounts } from '../../shared/store/completeness-accounts.ts';
import type { StoredRead } from '../../shared/store/completeness-comparison.ts';
import type { MemoryReport, MemoryReports } from '../../shared/store/completeness-memory.ts';
import { mergedSpans, type StoredReads } from '../../shared/store/completeness-reads.ts';
import type { RememberedRow } from '../../shared/store/completeness-rows.ts';
import { aDetection, camera } from '../../shared/store/detection.fixture.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { type DrivenClock, drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { Busy } from '../../shared/support/errors.ts';
import type { RepairView } from '../repair/repair-view.ts';

export const GATE = camera('gate');
/** Twenty past, so that minutes before and after are of one hour. */
export const START = Date.parse('2026-11-22T10:20:00.000Z');
export const MINUTE_MS = 60_000;
export const EVERY_MS = 3 * MINUTE_MS;

export type ListedTable = {
  accounts: HourAccounts;
  memories: MemoryReports;
  reads: StoredReads;
  written: Map<string, HourAccount>;
  report: MemoryReport | null;
  stored: StoredRead[];
  away: boolean;
  /** Questions and writes, by name. */
  asked: string[];
};

export function listedTable(): ListedTable {
  async function ask<T>(name: string, answer: () => T): Promise<T> {
    await turn();
    table.asked.push(name);
    if (table.away) throw new Busy('internal', 'could not reach the table');
    return answer();
  }
  const table: ListedTable = {
    written: new Map(),
    report: null,
    stored: [],
    away: false,
    asked: [],
    accounts: {
      read: (_, hour) => ask('account', () => table.written.get(hour) ?? null),
      between: (_, from, to) =>
        ask('accounts', () => [...table.written.values()].filter(({ hour }) => from <= hour && hour < to)),
      write: (_, account) =>
        ask('write', () => {
          if ((table.written.get(account.hour)?.version ?? 0) !== account.version) return null;
          const next = { ...account, version: account.version + 1 };
          table.written.set(account.hour, next);
          return next;
        }),
    },
    memories: {
      read: () => ask('memory', () => table.report),
      write: (_, report) =>
        ask('tell', () => {
          table.report = report;
        }),
    },
    reads: {
      moments: (_, spans) =>
        ask('moments', () =>
          table.stored.filter(({ at }) => mergedSpans(spans).some(({ from, to }) => from <= at && at < to)),
        ),
      fetch: (ids) => ask('fetch', () => table.stored.filter(({ id }) => ids.includes(id))),
    },
  };
  return table;
}

/** A read of so many minutes before START, live from the stream. */
export function readOf(minutesBefore: number, changes: Partial<Omit<Detection, 'camera'>> = {}): StoredRead {
  const made = aDetection({ at: isoInstant(START - minutesBefore * MINUTE_MS), lane: '1', ...changes });
  const { id, camera: by, plate, at, capturedAt, sources } = made;
  return { id, camera: by, plate, lane: '1', at, capturedAt, sources, isRecovered: false };
}

export function rowBefore(minutes: number, changes: Partial<Omit<Detection, 'camera'>> = {}): RememberedRow {
  return rowOf(readOf(minutes, changes));
}

export const NOTHING_SEEN: RepairView = {
  supported: null,
  busy: false,
  sweeps: 0,
  lastSweepAt: null,
  lastError: null,
  cursor: null,
  recovered: 0,
  gaps: [],
};

export type DrivenTime = { clock: DrivenClock; pass(ms: number): Promise<void> };

export function drivenTime(): DrivenTime {
  const clock = drivenClock(START);
  // Whatever waits for a promise and not for the clock is done after some turns.
  const rest = async () => {
    for (let n = 0; n < 12; n += 1) await turn();
  };
  return {
    clock,
    async pass(ms) {
      for (const end = clock.now() + ms; ; ) {
        await rest();
        if (clock.now() >= end) return;
        clock.step(end - clock.now());
      }
    },
  };
}
