import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DrivenClock, drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { CameraState } from '../alert-stream/camera-state.ts';
import { HOUR_MS, isDay, laneAfter, MINUTE_MS, MONDAY } from './lane-hours.fixture.ts';
import type { LearnedLanes } from './learned-lanes.ts';
import type { QuietFile } from './quiet-file.ts';
import { QuietWatch } from './quiet-watch.ts';

/** Tuesday, ten o'clock. */
const TEN = MONDAY + 34 * HOUR_MS;

let clock: DrivenClock;
/** How far our own clock was set ahead. */
let aheadMs = 0;
let state: CameraState;
let stop: AbortController;
let lines: string[];
let saved: LearnedLanes[];
let file: QuietFile;
let watch: QuietWatch;
let listening: Promise<void>;

function open(): void {
  stop = new AbortController();
  const note = (event: string) => void lines.push(event);
  const log = { info: note, warn: note, error: note };
  const ours = { now: () => clock.now() + aheadMs, sleep: clock.sleep };
  watch = new QuietWatch({ camera: 'gate', state, timeZone: () => 'UTC', file, clock: ours, log });
  listening = watch.listenUntil(stop.signal);
}
async function close(): Promise<void> {
  stop.abort();
  await listening;
}

beforeEach(() => {
  clock = drivenClock(TEN);
  aheadMs = 0;
  state = new CameraState(TEN);
  state.upSince = TEN;
  lines = [];
  // Three weeks of a truck every four minutes by day, the last of them just now.
  const lane = laneAfter(3, (hour) => (isDay(hour) ? 15 : 0));
  saved = [new Map([['', { ...lane, week: 2_967, quietMs: lane.quietMs.map(() => 0) }]])];
  file = {
    load: () => saved.at(-1) ?? new Map(),
    save: async (lanes) => void saved.push(lanes),
  };
  open();
});
afterEach(close);

async function pass(ms: number): Promise<void> {
  for (const end = clock.now() + ms; clock.now() < end; ) {
    await turn();
    clock.step(end - clock.now());
  }
  await turn();
}

describe('a lane that was learned', () => {
  test('reads, is quiet as ever, and then suspiciously, until the next truck', async () => {
    watch.heardRead();
    await pass(4 * MINUTE_MS);
    expect(watch.reading()).toEqual({ status: 'reading', reason: null });
    await pass(8 * MINUTE_MS);
    expect(watch.reading()).toMatchObject({ status: 'quiet_expected' });
    await pass(35 * MINUTE_MS);
    expect(watch.reading()).toEqual({
      status: 'quiet_suspicious',
      reason: 'no read for 47 min; at this hour a truck comes every 4 min',
    });
    watch.heardRead();
    expect(watch.reading().status).toBe('reading');
  });

  test('stays suspicious over a restart of the bridge', async () => {
    await pass(47 * MINUTE_MS);
    await close();
    open();
    expect(watch.reading()).toMatchObject({ status: 'quiet_suspicious' });
  });

  test('is not judged for the time in which nothing could be heard', async () => {
    watch.heardRead();
    await pass(MINUTE_MS);
    state.upSince = null;
    await pass(5 * HOUR_MS);
    expect(watch.reading()).toEqual({
      status: 'unknown',
      reason: 'nothing comes from the camera: see its stream',
    });
    state.upSince = clock.now();
    await pass(MINUTE_MS);
    expect(watch.reading()).toMatchObject({
      status: 'quiet_expected',
      reason: expect.stringMatching(/^no read in (110 s|2 min) of listening; /),
    });
  });

  test('is heard all the same through a camera that closes every stream', async () => {
    watch.heardRead();
    state.become('closing', 'the camera closes every stream', clock.now());
    state.upSince = null;
    await pass(47 * MINUTE_MS);
    expect(watch.reading().status).toBe('quiet_suspicious');
  });

  test.each([-26 * HOUR_MS, -7 * MINUTE_MS, 26 * HOUR_MS, 520 * 7 * 24 * HOUR_MS])(
    'is not misjudged when our clock is set by %i ms, and is judged on',
    async (jumpMs) => {
      watch.heardRead();
      await pass(MINUTE_MS);
      aheadMs = jumpMs;
      await pass(MINUTE_MS);
      expect(watch.reading()).toEqual({ status: 'reading', reason: null });
      await pass(58 * MINUTE_MS);
      expect(watch.reading().status).toBe('quiet_suspicious');
      watch.heardRead();
      expect(watch.reading().status).toBe('reading');
    },
  );
});

describe('a camera that tells of vehicles and of no plate', () => {
  test('misses reads, and its firmware is named; a plate ends that', async () => {
    state.firmwareNote = 'firmware V5.4.5 sends no plates: upgrade to V5.4.7 or later';
    watch.heardRead();
    state.vehiclesWithoutPlate += 11;
    await pass(50_000);
    expect(watch.reading().status).toBe('reading');
    await pass(30_000);
    const { status, reason } = watch.reading();
    expect(status).toBe('reads_missing');
    expect(reason).toMatch(/vehicles 11 times .* no plate: reads are missing; firmware V5\.4\.5/);
    watch.heardRead();
    expect(watch.reading().status).toBe('reading');
  });
});

describe('the file', () => {
  test('is written every five minutes and at the end', async () => {
    await pass(11 * MINUTE_MS);
    expect(saved).toHaveLength(3);
    await close();
    expect(saved).toHaveLength(4);
  });

  test('that the disk refuses is one line in the log, and trucks are counted on', async () => {
    file.save = () => Promise.reject(new Error('the disk is full'));
    await pass(31 * MINUTE_MS);
    expect(lines).toEqual(['quiet.unsaved']);
    watch.heardRead();
    expect(watch.reading().status).toBe('reading');
  });
});
