// The camera's clock is set by hand, by NTP and twice a year: its memory is named by it, and loses nothing to us for that.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LedgerEntry } from '../../test/camera/passage.ts';
import { HOUR_MS, MINUTE_MS, type RepairBench, repairBench } from './repair.fixture.ts';

const RUNS = 30;
const STEPS_MS: ReadonlyMap<string, number> = new Map([
  ['an hour on', HOUR_MS],
  ['an hour back', -HOUR_MS],
  ['five hours on', 5 * HOUR_MS],
  ['five hours back', -5 * HOUR_MS],
]);

function missing(bench: RepairBench, live: ReadonlySet<LedgerEntry>): string[] {
  const kept = new Set([...bench.kept.byId.values()].map(({ plate }) => plate));
  const plates = bench.camera.lane.ledger.filter((entry) => !live.has(entry)).map(({ passage }) => passage.plate ?? '');
  return plates.filter((plate) => !kept.has(plate as never));
}

test.each([
  ['back an hour', -HOUR_MS],
  ['on by an hour', HOUR_MS],
  ['back from 2034', -8 * 365 * 24 * HOUR_MS],
  ['on to 2034', 8 * 365 * 24 * HOUR_MS],
])('a clock that is set %s while nobody listens hides no plate', async (_name, stepMs) => {
  const bench = repairBench();
  if (stepMs < -HOUR_MS) bench.camera.clock.offsetMs = -stepMs;
  bench.start();
  const disconnect = bench.connect();
  const live = new Set([bench.passLive({ plate: '01LIVE01' })]);
  await bench.pass(4 * MINUTE_MS);
  disconnect();
  await bench.stop();
  for (let n = 0; n < 90; n += 1) {
    if (n === 30) bench.camera.clock.offsetMs += stepMs;
    bench.camera.pass({ plate: `01S${100 + n}TE` });
    bench.clock.step(MINUTE_MS);
  }
  await bench.pass(3 * MINUTE_MS);
  bench.start();
  bench.connect();
  await bench.pass(5 * MINUTE_MS);
  expect(missing(bench, live)).toEqual([]);
  expect(bench.kept.all).toHaveLength(90);
  await bench.stop();
});

test('a zone that is changed hides no plate', async () => {
  const bench = repairBench();
  bench.start();
  bench.connect();
  await bench.pass(4 * MINUTE_MS);
  await bench.stop();
  for (let n = 0; n < 40; n += 1) {
    if (n === 20) bench.camera.clock.zoneMinutes = 180;
    bench.camera.pass({ plate: `01Z${100 + n}NE` });
    await bench.pass(MINUTE_MS);
  }
  await bench.pass(3 * MINUTE_MS);
  bench.start();
  bench.connect();
  await bench.pass(5 * MINUTE_MS);
  expect(missing(bench, new Set())).toEqual([]);
  await bench.stop();
});

test('whatever comes in whatever order: outages, restarts, vehicles, and a clock that steps', {
  timeout: 60_000,
}, async () => {
  const act = fc.oneof(
    { weight: 6, arbitrary: fc.constant('vehicle' as const) },
    { weight: 4, arbitrary: fc.constantFrom('minute' as const, 'quarter' as const) },
    { weight: 2, arbitrary: fc.constantFrom('connect' as const, 'disconnect' as const) },
    { weight: 1, arbitrary: fc.constantFrom('restart' as const, 'away' as const, 'back' as const) },
    { weight: 1, arbitrary: fc.constantFrom('an hour on' as const, 'an hour back' as const) },
    { weight: 1, arbitrary: fc.constantFrom('five hours on' as const, 'five hours back' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (acts) => {
      const bench = repairBench({ plates: { memory: 1_000, picture: 'missing' } });
      bench.start();
      const live = new Set<LedgerEntry>();
      let disconnect: (() => void) | null = null;
      for (const [n, each] of acts.entries()) {
        if (each === 'vehicle') {
          const plate = `01R${100 + n}ND`;
          if (disconnect === null) bench.camera.pass({ plate });
          else live.add(bench.passLive({ plate }));
        }
        if (each === 'minute') await bench.pass(MINUTE_MS);
        if (each === 'quarter') await bench.pass(15 * MINUTE_MS);
        if (each === 'away') bench.camera.away = true;
        if (each === 'back') bench.camera.away = false;
        if (each === 'restart') {
          bench.start();
          disconnect = null;
        }
        if (each === 'disconnect' || each === 'connect') disconnect?.();
        if (each === 'disconnect') disconnect = null;
        if (each === 'connect') disconnect = bench.connect();
        const stepMs = STEPS_MS.get(each);
        if (stepMs !== undefined) bench.camera.clock.offsetMs += stepMs;
      }
      bench.camera.away = false;
      await bench.pass(3 * MINUTE_MS);
      // A clock set there and back between two sweeps is seen by neither: what it named is found by the look at all of the
      // memory, which a process begins with and takes daily.
      bench.start();
      bench.connect();
      await bench.pass(10 * MINUTE_MS);
      expect(missing(bench, live)).toEqual([]);
      await bench.stop();
    }),
    { numRuns: RUNS },
  );
});
