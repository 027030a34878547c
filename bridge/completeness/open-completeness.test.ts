import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COMPLETENESS_METRICS } from '../../shared/metrics/completeness-metrics.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { silentLog } from '../../shared/support/log.ts';
import type { RepairView } from '../repair/repair-view.ts';
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
import { type CompletenessProof, openCompleteness } from './open-completeness.ts';

let time: DrivenTime;
let table: ListedTable;
let stop: AbortController;
let proof: CompletenessProof;
let view: RepairView;
let lines: Record<string, unknown>[];

beforeEach(() => {
  time = drivenTime();
  table = listedTable();
  stop = new AbortController();
  view = { ...NOTHING_SEEN };
  lines = [];
  proof = openCompleteness({
    cameras: [GATE],
    repairOf: () => ({ view: () => view }),
    ...table,
    aheadMsOf: () => null,
    waitingReads: () => 0,
    everyMs: EVERY_MS,
    print: (line) => void lines.push(JSON.parse(line)),
    clock: time.clock,
    log: silentLog,
    signal: stop.signal,
  });
});
afterEach(async () => {
  stop.abort();
  await time.pass(10_000);
  await proof.done;
});

async function sweep(): Promise<void> {
  view = { ...view, supported: true, lastSweepAt: isoInstant(time.clock.now()) };
  proof.swept(GATE, [rowBefore(10), rowBefore(9)], true);
  await time.pass(EVERY_MS);
}
const missing = () => lines.filter(({ ReadsMissing }) => ReadsMissing !== undefined).at(-1)?.ReadsMissing;

describe('the metrics of a camera’s memory', () => {
  test('fire when a read stays missing over the next sweep, in seconds, and rest when it is stored', async () => {
    table.stored = [readOf(10)];
    await sweep();
    expect(missing()).toBe(0);
    const before = lines.length;
    await sweep();
    await time.pass(2_000);
    expect(missing()).toBe(1);
    expect(lines.length - before).toBeLessThanOrEqual(5);
    table.stored.push(readOf(9));
    await sweep();
    expect(missing()).toBe(0);
  });

  test('come every minute with each one that has a value, and without what nobody knows yet', async () => {
    await time.pass(1_000);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ Camera: 'gate', ReadsRecovered: 0, ReadsForgotten: 0, SweepAgeSeconds: 0 });
    expect(lines[0]).not.toHaveProperty('ReadsMissing');
    expect(lines[0]).not.toHaveProperty('MemorySupported');
    await sweep();
    await time.pass(2 * MINUTE_MS);
    const last = lines.at(-1);
    expect(Object.keys(last ?? {})).toEqual(expect.arrayContaining(Object.keys(COMPLETENESS_METRICS)));
    expect(last).toMatchObject({ MemorySupported: 1, SweepAgeSeconds: expect.any(Number) });
    expect(Number(last?.SweepAgeSeconds)).toBeGreaterThan(EVERY_MS / 1000);
  });

  test('count what was recovered and what was forgotten since the line before, and nothing twice', async () => {
    const gap = {
      from: isoInstant(START - 9e6),
      to: isoInstant(START - 5e6),
      why: 'rolled_over' as const,
      estimate: 7,
    };
    view = { ...view, recovered: 5, gaps: [gap] };
    for (let n = 0; n < 3; n += 1) await sweep();
    const sum = (name: string) => lines.reduce((all, line) => all + Number(line[name]), 0);
    expect([sum('ReadsRecovered'), sum('ReadsForgotten')]).toEqual([5, 7]);
  });

  test('say that a camera has no memory, and no age of a sweep that never comes', async () => {
    view = { ...view, supported: false };
    await time.pass(2 * MINUTE_MS);
    expect(lines.at(-1)).toMatchObject({ MemorySupported: 0 });
    expect(lines.at(-1)).not.toHaveProperty('SweepAgeSeconds');
  });
});
