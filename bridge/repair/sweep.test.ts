import { expect, test } from 'vitest';
import type { Detection } from '../../shared/detection/detection.ts';
import { drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { Broken } from '../../shared/support/errors.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { HeldRows } from './held-rows.ts';
import { PageWalk } from './page-walk.ts';
import { QueryPace } from './query-pace.ts';
import { RecentReads } from './recent-reads.ts';
import { GATE, rememberingCamera } from './remembering-camera.fixture.ts';
import { RepairProgress } from './repair-progress.ts';
import { BEGINNING, sweepMemory } from './sweep.ts';

const START = Date.UTC(2026, 10, 22, 12);
const MINUTE_MS = 60_000;

test('a page that the disk refuses is asked for again, however often the sweep is broken off', async () => {
  const passing = drivenClock(START);
  const camera = rememberingCamera(passing, { rowsPerAnswer: 4 });
  for (let n = 0; n < 20; n += 1) {
    camera.pass({ plate: `01A${100 + n}BC` });
    passing.step(MINUTE_MS);
  }
  let now = passing.now() + 10 * MINUTE_MS;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const kept: Detection[] = [];
  let tries = 0;
  const addRead = async (read: Detection) => {
    tries += 1;
    if (tries % 5 === 0) throw new Broken('internal', 'could not keep the read: the disk is full');
    kept.push(read);
  };
  const deps = {
    camera: GATE,
    client: camera.client,
    pace: new QueryPace(clock),
    file: { read: async () => new RepairProgress(), write: async () => {} },
    progress: new RepairProgress(),
    recent: new RecentReads(),
    held: new HeldRows(),
    outbox: { addRead },
    streamCarriesPlates: () => true,
    replayedUntil: () => null,
    clock,
    log,
  };
  const walk = new PageWalk({ after: BEGINNING });
  const sweep = { walk, maxPages: 100, isVouchedFor: null, wall: null, signal: new AbortController().signal };
  let refused = 0;
  // Without a wall a row's age is not known: each waits for two minutes since it was first seen.
  await sweepMemory({ ...sweep, walk: new PageWalk({ after: BEGINNING }) }, deps);
  now += 3 * MINUTE_MS;
  while (!walk.isOver) {
    await sweepMemory(sweep, deps).catch(() => {
      refused += 1;
    });
  }
  expect(refused).toBeGreaterThan(0);
  expect(kept.map(({ plate }) => plate)).toEqual(Array.from({ length: 20 }, (_, n) => `01A${100 + n}BC`));
});
