// What the camera named before its clock was set is dated by the clock that named it.
import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, type RepairBench, repairBench } from './repair.fixture.ts';

const CHANGES: [string, { offsetMs?: number; zoneMinutes?: number }][] = [
  ['clock is set on by an hour', { offsetMs: HOUR_MS }],
  ['clock is set back by an hour', { offsetMs: -HOUR_MS }],
  ['zone is changed', { zoneMinutes: 180 }],
];

/** In the order in which they passed. */
function kept({ kept: { all } }: RepairBench) {
  return all.map(({ plate, at }) => ({ plate, at: Date.parse(at) })).toSorted((a, b) => a.at - b.at);
}
/** Within five seconds: names and walls are told to the second. */
function truck(bench: RepairBench, plate: string) {
  bench.camera.pass({ plate });
  return { plate, at: expect.closeTo(bench.clock.now(), -4) };
}

test.each(CHANGES)('a truck missed right before the %s stands where it passed', async (_name, changes) => {
  const bench = repairBench();
  bench.start();
  bench.connect();
  await bench.pass(4 * MINUTE_MS);
  const missed = truck(bench, '01MISS01');
  await bench.pass(30_000);
  Object.assign(bench.camera.clock, changes);
  await bench.pass(10_000);
  const next = truck(bench, '01MISS02');
  await bench.pass(10 * MINUTE_MS);
  expect(kept(bench)).toEqual([missed, next]);
  await bench.stop();
});

test.each(CHANGES)(
  'trucks before and after the %s, while the bridge was away, stand where they passed',
  async (_name, changes) => {
    const bench = repairBench();
    bench.start();
    await bench.pass(4 * MINUTE_MS);
    await bench.stop();
    await bench.pass(2 * MINUTE_MS);
    const before = truck(bench, '01AWAY01');
    await bench.pass(30 * MINUTE_MS);
    Object.assign(bench.camera.clock, changes);
    const after = truck(bench, '01AWAY02');
    await bench.pass(10 * MINUTE_MS);
    bench.start();
    await bench.pass(5 * MINUTE_MS);
    expect(kept(bench)).toEqual([before, after]);
    await bench.stop();
  },
);
