import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isoInstant } from '../support/clock.ts';
import { rowOf } from './completeness.fixture.ts';
import { ACCOUNT_DAYS, emptyAccount, HOUR_MS, hourOf, tableHourAccounts, withRows } from './completeness-accounts.ts';
import { type MemoryReport, memoryReports } from './completeness-memory.ts';
import { MAX_ACCOUNT_ROWS } from './completeness-rows.ts';
import { databases, START_TIMEOUT_MS } from './databases.fixture.ts';
import { aDetection, camera, NOW, standingClock } from './detection.fixture.ts';
import type { EmbeddedTable } from './embedded.fixture.ts';

const HOUR = hourOf(isoInstant(NOW));
const hour = (n: number) => isoInstant(Date.parse(HOUR) + n * HOUR_MS);
const row = (seconds: number) => rowOf(aDetection({ at: isoInstant(Date.parse(HOUR) + seconds * 1_000) }));
const accountOf = (...seconds: number[]) => withRows(emptyAccount(HOUR), { rows: seconds.map(row), aheadMs: null });

describe('the union of all looks into a memory', () => {
  test('has every row once, whatever the order and however often it was seen', () => {
    const looks = fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 20 }), { maxLength: 10 });
    fc.assert(
      fc.property(looks, (seconds) => {
        const union = seconds.reduce((all, look) => withRows(all, { rows: look.map(row), aheadMs: null }), accountOf());
        const names = union.rows.map(({ picName }) => picName);
        expect(names.toSorted()).toEqual([...new Set(seconds.flat().map((each) => row(each).picName))].toSorted());
        expect(withRows(union, { rows: seconds.flat().map(row), aheadMs: null })).toBe(union);
      }),
    );
  });

  test('keeps a row as it was first told: a changed zone makes no second vehicle of it', () => {
    const told = row(1);
    const again = { ...told, id: row(2).id, capturedAt: row(2).capturedAt };
    expect(withRows(accountOf(1), { rows: [again], aheadMs: null }).rows).toEqual([told]);
  });

  test('holds two vehicles of one moment though the camera gives both one name', () => {
    const rows = [row(1), { ...row(1), lane: '2' }];
    expect(withRows(emptyAccount(HOUR), { rows: [...rows, ...rows], aheadMs: null }).rows).toEqual(rows);
  });

  test('notes where the camera’s clock is, and that it moved, but not that it trembles', () => {
    const known = withRows(accountOf(1), { rows: [], aheadMs: 90_000 });
    expect(known.aheadMs).toBe(90_000);
    expect(withRows(known, { rows: [], aheadMs: 90_500 })).toBe(known);
    expect(withRows(known, { rows: [], aheadMs: null })).toBe(known);
    expect(withRows(known, { rows: [], aheadMs: 3_690_000 }).aheadMs).toBe(3_690_000);
  });

  test('is capped where it has no more room, and says so', () => {
    const full = withRows(emptyAccount(HOUR), {
      rows: Array.from({ length: MAX_ACCOUNT_ROWS }, (_, n) => row(n)),
      aheadMs: null,
    });
    expect(full).toMatchObject({ isCapped: false });
    const more = withRows(full, { rows: [row(MAX_ACCOUNT_ROWS + 1)], aheadMs: null });
    expect([more.rows.length, more.isCapped]).toEqual([MAX_ACCOUNT_ROWS, true]);
  });
});

describe.each(databases())('accounts of hours in $name', ({ open }) => {
  let embedded: EmbeddedTable;
  beforeAll(async () => {
    embedded = await open();
  }, START_TIMEOUT_MS);
  afterAll(() => embedded?.close());

  test('come back as they were written, each camera’s own, and are gone when nobody may ask any more', async () => {
    const clock = standingClock();
    const accounts = tableHourAccounts({ ...embedded, clock });
    const gate = camera('gate');
    expect(await accounts.read(gate, HOUR)).toBeNull();
    const written = await accounts.write(gate, { ...accountOf(1, 2, 3), aheadMs: -3_600_000 });
    expect(written).toEqual({ ...accountOf(1, 2, 3), aheadMs: -3_600_000, version: 1 });
    expect(await accounts.read(gate, HOUR)).toEqual(written);
    expect(await accounts.read(camera('exit'), HOUR)).toBeNull();
    clock.move(ACCOUNT_DAYS * 24 * HOUR_MS + 1_000);
    expect(await accounts.read(gate, HOUR)).toBeNull();
  });

  test('are written over only by whoever has seen them: no row of another bridge is lost', async () => {
    const accounts = tableHourAccounts({ ...embedded, clock: standingClock() });
    const gate = camera('two-bridges');
    expect(await accounts.write(gate, accountOf(1))).not.toBeNull();
    expect(await accounts.write(gate, accountOf(2))).toBeNull();
    const seen = await accounts.read(gate, HOUR);
    const both = withRows(seen ?? emptyAccount(HOUR), accountOf(2));
    expect(await accounts.write(gate, both)).toMatchObject({ version: 2 });
    expect((await accounts.read(gate, HOUR))?.rows).toEqual([row(1), row(2)]);
  });

  test('come in order for a span, beginning inclusive and end exclusive', async () => {
    const accounts = tableHourAccounts({ ...embedded, clock: standingClock() });
    const gate = camera('span');
    for (const n of [3, 0, 2, 1, 4]) await accounts.write(gate, emptyAccount(hour(n)));
    const found = await accounts.between(gate, hour(1), hour(4));
    expect(found.map((account) => account.hour)).toEqual([hour(1), hour(2), hour(3)]);
    expect(await accounts.between(gate, hour(2), hour(2))).toEqual([]);
  });

  test('what is told of a memory comes back, the last word', async () => {
    const memories = memoryReports(embedded);
    expect(await memories.read(camera('gate'))).toBeNull();
    const gap = { from: hour(0), to: hour(1), why: 'rolled_over' as const, estimate: 12 };
    const report: MemoryReport = {
      reportedAt: hour(2),
      supported: true,
      sweptTo: hour(2),
      rememberedFrom: hour(0),
      lastRowAt: hour(1),
      aheadMs: 90,
      gaps: [gap],
    };
    await memories.write(camera('gate'), { ...report, supported: null, gaps: [] });
    await memories.write(camera('gate'), report);
    expect(await memories.read(camera('gate'))).toEqual(report);
  });
});
