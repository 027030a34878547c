// Between two sweeps the camera's clock or zone may be set: a row that came of age meanwhile is read by the new wall.
import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, repairBench } from './repair.fixture.ts';

test.each([
  ['zone is changed', { zoneMinutes: 180 }],
  ['clock is set back an hour', { offsetMs: -HOUR_MS }],
  ['clock is set on by an hour', { offsetMs: HOUR_MS }],
])('a row that comes of age after the %s keeps its time, and no live read is doubled', async (_name, changes) => {
  const bench = repairBench();
  bench.start();
  bench.connect();
  await bench.pass(2 * MINUTE_MS);
  bench.passLive({ plate: '01LIVE01' });
  await bench.pass(30_000);
  // The stream does not tell of this one; the sweep at three minutes finds it too young.
  const missed = bench.camera.pass({ plate: '01MISS01' });
  await bench.pass(MINUTE_MS);
  Object.assign(bench.camera.clock, changes);
  await bench.pass(10 * MINUTE_MS);
  expect(bench.kept.all.map(({ plate, capturedAt }) => ({ plate, capturedAt }))).toEqual([
    { plate: '01MISS01', capturedAt: new Date(missed.capturedAt).toISOString() },
  ]);
  await bench.stop();
});
