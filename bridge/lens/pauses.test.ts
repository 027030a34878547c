import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { gate } from '../../shared/isapi/lens/lens.fixture.ts';
import { emptyLensRow, type LensRow } from '../../shared/isapi/lens/lens-row.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { silentLog } from '../../shared/support/log.ts';
import { watchLenses } from './watch-lenses.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

test('a camera that took no stop is asked again within minutes, though our clock was set back by an hour', async () => {
  const clock = drivenClock(Date.UTC(2026, 10, 22, 5));
  let errorMs = 0;
  const left = isoInstant(clock.now() - 24 * HOUR_MS);
  const row: LensRow = {
    ...emptyLensRow,
    move: { id: '1', subject: 'operator', at: left, action: 'zoom_in', endsBy: left, phase: 'moving', endedAt: null },
  };
  let stops = 0;
  const endOverdue = async () => {
    stops += 1;
    throw new Error('could not stop the lens: the camera does not answer');
  };
  const stop = new AbortController();
  const { done } = watchLenses({
    lenses: [{ id: gate, homeAfterMs: 2 * MINUTE_MS }],
    lens: { endOverdue, goHome: async () => {} },
    rows: { readAll: async () => new Map([[gate, row]]) },
    clock: { now: () => clock.now() + errorMs, sleep: clock.sleep },
    log: silentLog,
    signal: stop.signal,
  });
  async function pass(ms: number): Promise<void> {
    for (const end = clock.now() + ms; clock.now() < end; clock.step(end - clock.now())) {
      for (let n = 0; n < 4; n += 1) await turn();
    }
  }
  await pass(10 * MINUTE_MS);
  const before = stops;
  errorMs = -HOUR_MS;
  await pass(10 * MINUTE_MS);
  expect(stops - before).toBeGreaterThanOrEqual(9);
  expect(stops - before).toBeLessThanOrEqual(11);
  stop.abort();
  await done;
});
