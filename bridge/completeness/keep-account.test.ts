import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR_MS, hourOf } from '../../shared/store/completeness-accounts.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { Busy } from '../../shared/support/errors.ts';
import { type RecordingLog, recordingLog } from '../outbox/outbox.fixture.ts';
import type { MemoryGap } from '../repair/memory-gap.ts';
import {
  type DrivenTime,
  drivenTime,
  EVERY_MS,
  GATE,
  type ListedTable,
  listedTable,
  MINUTE_MS,
  NOTHING_SEEN,
  readOf,
  rowBefore,
  START,
} from './account.fixture.ts';
import { type CameraAccount, type KeepAccount, keepAccount } from './keep-account.ts';

const HOUR = hourOf(isoInstant(START));
const SECOND_MS = 1_000;

let time: DrivenTime;
let table: ListedTable;
let log: RecordingLog;
let stop: AbortController;
let account: CameraAccount;
let waiting: number;
let aheadMs: number | null;
let seen: { supported: boolean | null; gaps: MemoryGap[] };

beforeEach(() => {
  time = drivenTime();
  table = listedTable();
  log = recordingLog();
  waiting = 0;
  aheadMs = null;
  seen = { supported: true, gaps: [] };
  stop = new AbortController();
  start();
});
afterEach(() => end());

/** Another process over the same table. */
function start(over: Partial<KeepAccount> = {}): void {
  stop = new AbortController();
  account = keepAccount({
    camera: GATE,
    ...table,
    view: () => ({ ...NOTHING_SEEN, ...seen }),
    aheadMs: () => aheadMs,
    waitingReads: () => waiting,
    everyMs: EVERY_MS,
    clock: time.clock,
    log,
    signal: stop.signal,
    ...over,
  });
}

async function end(): Promise<void> {
  stop.abort();
  await time.pass(10 * SECOND_MS);
  await account.done;
}

/** A sweep, and time until the next one. */
async function sweep(...rows: ReturnType<typeof rowBefore>[]): Promise<void> {
  account.swept(rows, true);
  await time.pass(EVERY_MS);
}

const writtenRows = (hour = HOUR) => table.written.get(hour)?.rows.map(({ id }) => id);
const compared = () => table.asked.filter((name) => name === 'moments').length;

describe('the account of an hour', () => {
  test('has all rows of all looks into the memory once, and is written only when there is news', async () => {
    await sweep(rowBefore(10), rowBefore(9));
    await sweep(rowBefore(9), rowBefore(8));
    expect(writtenRows()).toEqual([rowBefore(10).id, rowBefore(9).id, rowBefore(8).id]);
    const writes = () => table.asked.filter((name) => name === 'write').length;
    expect(writes()).toBe(2);
    await sweep(rowBefore(9), rowBefore(8));
    expect(writes()).toBe(2);
  });

  test('goes on where the bridge before left off, and loses nothing to one that runs beside it', async () => {
    await sweep(rowBefore(10));
    await end();
    start();
    await sweep(rowBefore(9));
    expect(writtenRows()).toEqual([rowBefore(10).id, rowBefore(9).id]);
    const other = await table.accounts.read(GATE, HOUR);
    if (other) await table.accounts.write(GATE, { ...other, rows: [...other.rows, rowBefore(8)] });
    await sweep(rowBefore(7));
    await time.pass(EVERY_MS);
    expect(new Set(writtenRows())).toEqual(new Set([10, 9, 8, 7].map((minutes) => rowBefore(minutes).id)));
  });

  test('waits for a table that is away, says so once, and is written by the stop at the latest', async () => {
    await sweep(rowBefore(10));
    table.away = true;
    await sweep(rowBefore(10), rowBefore(9));
    await sweep(rowBefore(75));
    expect(log.events().filter((event) => event === 'completeness.untold')).toHaveLength(1);
    expect(account.missing()).toBeNull();
    table.away = false;
    await end();
    expect(writtenRows()).toEqual([rowBefore(10).id, rowBefore(9).id]);
    expect(writtenRows(hourOf(rowBefore(75).capturedAt))).toEqual([rowBefore(75).id]);
    expect(log.events()).toContain('completeness.told_again');
  });

  test('does not hold up a stop when the table stays away', async () => {
    await end();
    start({ accounts: { ...table.accounts, between: () => new Promise(() => {}) } });
    await sweep(rowBefore(10));
    stop.abort();
    await time.pass(4 * SECOND_MS);
    await expect(account.done).resolves.toBeUndefined();
  });
});

describe('what is told of the memory', () => {
  test('is how far it was read, by the camera’s own clock, and how far back its account reaches', async () => {
    aheadMs = 90 * SECOND_MS;
    await sweep(rowBefore(12), rowBefore(3));
    expect(table.report).toMatchObject({
      supported: true,
      sweptTo: isoInstant(START + 90 * SECOND_MS),
      rememberedFrom: rowBefore(12).capturedAt,
      aheadMs: 90 * SECOND_MS,
      gaps: [],
    });
    await end();
    start();
    await sweep(rowBefore(3));
    expect(table.report).toMatchObject({ rememberedFrom: rowBefore(12).capturedAt });
    expect(Date.parse(table.report?.sweptTo ?? '')).toBeGreaterThan(START + EVERY_MS);
  });

  test('is that there is none, without any sweep', async () => {
    seen.supported = false;
    await time.pass(MINUTE_MS);
    expect(table.report).toMatchObject({ supported: false, sweptTo: null });
    expect(account.missing()).toBeNull();
    expect(compared()).toBe(0);
  });

  test('is what it forgot, over restarts, each loss once', async () => {
    const gap: MemoryGap = {
      from: isoInstant(START - 9e6),
      to: isoInstant(START - 5e6),
      why: 'rolled_over',
      estimate: 12,
    };
    seen.gaps = [gap];
    await sweep();
    await sweep();
    expect([table.report?.gaps, account.forgotten()]).toEqual([[gap], 12]);
    await end();
    const emptied: MemoryGap = { ...gap, from: gap.to, to: isoInstant(START), why: 'emptied', estimate: 0 };
    seen.gaps = [emptied];
    start();
    await sweep();
    expect([table.report?.gaps, account.forgotten()]).toEqual([[gap, emptied], 1]);
  });

  test('is a gap where a bridge on a new disk finds that nobody listened for longer than the memory reaches back', async () => {
    await sweep(rowBefore(100), rowBefore(90));
    const told = table.report;
    await end();
    await time.pass(5 * HOUR_MS);
    start();
    await sweep(rowBefore(-60));
    const gap = { from: told?.sweptTo, to: rowBefore(-60).capturedAt, why: 'rolled_over', estimate: 0 };
    expect([table.report?.gaps, account.forgotten()]).toEqual([[gap], 1]);
    await end();
    start();
    await sweep();
    expect(table.report?.gaps).toMatchObject([gap, { why: 'emptied' }]);
  });

  test('is no gap where the memory still holds what an earlier bridge saw, or never held anything', async () => {
    await sweep();
    await end();
    start();
    await sweep(rowBefore(-2));
    await end();
    await time.pass(5 * HOUR_MS);
    start();
    await sweep(rowBefore(-2), rowBefore(-200));
    expect([table.report?.gaps, account.forgotten()]).toEqual([[], 0]);
  });

  test('is a gap once where the repair tells of it as well', async () => {
    await sweep(rowBefore(90));
    await end();
    await time.pass(5 * HOUR_MS);
    start();
    seen.gaps = [{ from: rowBefore(90).capturedAt, to: rowBefore(-60).capturedAt, why: 'rolled_over', estimate: 40 }];
    await sweep(rowBefore(-60));
    expect([table.report?.gaps.length, account.forgotten()]).toEqual([1, 40]);
  });
});

describe('a row that the table lacks', () => {
  test('is missing only when the next sweep did not bring it, and until it is there', async () => {
    table.stored = [readOf(9)];
    await sweep(rowBefore(10), rowBefore(9));
    expect(account.missing()).toBe(0);
    await sweep(rowBefore(10), rowBefore(9));
    await time.pass(SECOND_MS);
    expect(account.missing()).toBe(1);
    expect(log.lines).toContainEqual({
      event: 'completeness.missing',
      fields: { camera: 'gate', reads: 1, hours: HOUR },
    });
    table.stored.push(readOf(10));
    await sweep(rowBefore(9));
    expect(account.missing()).toBe(0);
    expect(log.events()).toContain('completeness.whole_again');
  });

  test('is not looked for while it is younger than its own road may take', async () => {
    for (let n = 0; n < 2; n += 1) await sweep(rowBefore(-5 - n));
    expect(table.asked).not.toContain('moments');
    expect(account.missing()).toBe(0);
  });

  test('is looked for again where the table did not answer, without waiting for another sweep', async () => {
    await end();
    let isAway = true;
    const moments: KeepAccount['reads']['moments'] = (...question) => {
      if (!isAway) return table.reads.moments(...question);
      isAway = false;
      return Promise.reject(new Busy('internal', 'could not list what is stored of an hour: TimeoutError'));
    };
    start({ reads: { ...table.reads, moments } });
    account.swept([rowBefore(10)], true);
    await time.pass(SECOND_MS);
    expect(account.missing()).toBeNull();
    await time.pass(MINUTE_MS);
    expect(account.missing()).toBe(0);
    await sweep(rowBefore(10));
    await sweep(rowBefore(10));
    expect(account.missing()).toBe(1);
  });

  test('may wait on the bridge’s own disk: then nobody is alarmed', async () => {
    waiting = 3;
    for (let n = 0; n < 4; n += 1) await sweep(rowBefore(10));
    expect([account.missing(), compared()]).toEqual([null, 0]);
    waiting = 0;
    for (let n = 0; n < 2; n += 1) await sweep(rowBefore(10));
    await time.pass(SECOND_MS);
    expect(account.missing()).toBe(1);
  });

  test('is there as the read of another road a second beside, and as an unread vehicle', async () => {
    table.stored = [readOf(10 + 1 / 60), readOf(9 + 1 / 60, { plate: null })];
    for (let n = 0; n < 3; n += 1) await sweep(rowBefore(10), rowBefore(9, { plate: null }));
    expect(account.missing()).toBe(0);
  });

  test('is found out in an hour that no sweep tells of any more, after a restart too', async () => {
    const old = [rowBefore(20 * 60), rowBefore(18 * 60), rowBefore(16 * 60)];
    table.stored = [readOf(20 * 60), readOf(18 * 60), readOf(16 * 60)];
    await sweep(...old);
    await end();
    table.stored = [readOf(20 * 60), readOf(16 * 60)];
    start();
    for (let n = 0; n < 6; n += 1) await sweep();
    expect(account.missing()).toBe(1);
  });

  test('is asked for once a sweep and hour, however often the memory is looked at', async () => {
    table.stored = [readOf(10)];
    await sweep(rowBefore(10));
    const before = compared();
    for (let n = 0; n < 60; n += 1) {
      account.swept([rowBefore(10)], true);
      await time.pass(SECOND_MS);
    }
    expect(compared() - before).toBeLessThanOrEqual(7);
    const quiet = compared();
    await time.pass(HOUR_MS);
    expect(compared() - quiet).toBeLessThanOrEqual(1);
  });
});
