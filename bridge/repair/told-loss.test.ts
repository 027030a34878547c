// What the camera forgets before anyone could ask is told, however its reboots fall between our questions.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isoInstant } from '../../shared/support/clock.ts';
import type { LedgerEntry } from '../../test/camera/passage.ts';
import { HOUR_MS, MINUTE_MS, type RepairBench, repairBench } from './repair.fixture.ts';

let bench: RepairBench;
let view: ReturnType<RepairBench['start']>['view'];
let disconnect: () => void;
beforeEach(async () => {
  bench = repairBench();
  view = bench.start().view;
  disconnect = bench.connect();
  bench.passLive({ plate: '01LIVE01' });
  await bench.pass(7 * MINUTE_MS);
});
afterEach(() => bench.stop());

/** Nobody listens; a vehicle passes, and is all there is to remember. */
async function missOne(plate: string): Promise<LedgerEntry> {
  disconnect();
  await bench.pass(30_000);
  const entry = bench.camera.pass({ plate });
  await bench.pass(30_000);
  return entry;
}

function gapsOver({ capturedAt }: LedgerEntry): number {
  const passed = isoInstant(capturedAt);
  return view().gaps.filter(({ from, to }) => from <= passed && passed <= to).length;
}

test('a stream that came for a moment before the reboot has not heard what passed before it', async () => {
  bench.camera.away = true;
  const lost = await missOne('01LOST01');
  bench.connect()();
  await bench.pass(1_000);
  bench.camera.lane.forget();
  bench.camera.away = false;
  bench.connect();
  await bench.pass(4 * MINUTE_MS);
  expect(gapsOver(lost)).toBe(1);
});

test('a second reboot before any row is known again is a second loss', async () => {
  const first = await missOne('01LOST01');
  bench.camera.lane.forget();
  disconnect = bench.connect();
  await bench.pass(4 * MINUTE_MS);
  const second = await missOne('01LOST02');
  bench.camera.lane.forget();
  bench.connect();
  await bench.pass(4 * MINUTE_MS);
  expect([gapsOver(first), gapsOver(second), view().gaps.length]).toEqual([1, 1, 2]);
});

test.each([
  ['set back', -HOUR_MS],
  ['set on', HOUR_MS],
])('a camera whose clock is %s by an hour as it reboots hides no loss', async (_name, stepMs) => {
  const lost = await missOne('01LOST01');
  bench.camera.lane.forget();
  bench.camera.clock.offsetMs += stepMs;
  bench.connect();
  await bench.pass(4 * MINUTE_MS);
  expect(gapsOver(lost)).toBe(1);
});

test('nor does one whose clock is put right after the first vehicle that it remembers again', async () => {
  const lost = await missOne('01LOST01');
  bench.camera.lane.forget();
  bench.camera.clock.offsetMs -= HOUR_MS;
  await missOne('01KEPT01');
  bench.camera.clock.offsetMs += HOUR_MS;
  bench.connect();
  await bench.pass(4 * MINUTE_MS);
  expect(gapsOver(lost)).toBe(1);
});

test('nor does one whose clock is set while neither it nor the bridge is there to say so', async () => {
  const lost = await missOne('01LOST01');
  await bench.stop();
  bench.camera.lane.forget();
  await missOne('01KEPT01');
  bench.camera.clock.offsetMs += HOUR_MS;
  await missOne('01KEPT02');
  view = bench.start().view;
  bench.connect();
  await bench.pass(4 * MINUTE_MS);
  expect(gapsOver(lost)).toBe(1);
});

/** The bridge is killed, vehicles pass, and the next one begins. */
async function missWhileKilled(plates: readonly string[]): Promise<LedgerEntry[]> {
  disconnect();
  const entries = plates.map((plate) => bench.camera.pass({ plate }));
  await bench.pass(30_000);
  view = bench.start().view;
  disconnect = bench.connect();
  return entries;
}

test('what passed while the bridge was away is told where the stream only came for a moment before the reboot', async () => {
  bench.camera.away = true;
  const [lost] = await missWhileKilled(['01LOST01']);
  await bench.pass(10_000);
  disconnect();
  bench.camera.lane.forget();
  await bench.pass(30_000);
  bench.camera.away = false;
  bench.connect();
  await bench.pass(4 * MINUTE_MS);
  expect(lost && gapsOver(lost)).toBe(1);
});

test('of a camera that has not shown a vehicle yet, a stream that breaks right after a restart tells of no loss', async () => {
  await bench.stop();
  bench = repairBench();
  bench.start();
  bench.connect();
  await bench.pass(7 * MINUTE_MS);
  view = bench.start().view;
  bench.camera.away = true;
  bench.connect()();
  await bench.pass(10_000);
  bench.camera.away = false;
  bench.connect();
  await bench.pass(HOUR_MS);
  expect(view().gaps).toEqual([]);
});

test('a memory that was emptied while the stream was held is no loss', async () => {
  bench.camera.lane.forget();
  await bench.pass(4 * MINUTE_MS);
  expect(view().gaps).toEqual([]);
});

test('a memory that was still empty proves nothing of a time in which the stream was away: told, and once', async () => {
  await bench.stop();
  bench = repairBench();
  view = bench.start().view;
  disconnect = bench.connect();
  await bench.pass(7 * MINUTE_MS);
  disconnect();
  const lost = bench.camera.pass({ plate: '01LOST01' });
  await bench.pass(30_000);
  bench.camera.lane.forget();
  disconnect = bench.connect();
  await bench.pass(HOUR_MS);
  expect([gapsOver(lost), view().gaps.length]).toEqual([1, 1]);
  expect(view().gaps).toMatchObject([{ why: 'emptied', estimate: 0 }]);
});

test('nor of one in which the bridge was away, longer than for a restart', async () => {
  await bench.stop();
  bench = repairBench();
  bench.start();
  bench.connect();
  await bench.pass(7 * MINUTE_MS);
  view = bench.start().view;
  bench.connect();
  await bench.pass(4 * MINUTE_MS);
  expect(view().gaps).toEqual([]);
  await bench.stop();
  const lost = bench.camera.pass({ plate: '01LOST01' });
  await bench.pass(20 * MINUTE_MS);
  bench.camera.lane.forget();
  view = bench.start().view;
  bench.connect();
  await bench.pass(HOUR_MS);
  expect([gapsOver(lost), view().gaps.length]).toEqual([1, 1]);
});

test('a stream that breaks for a moment before any vehicle came, or a camera that only pushes, tells of no loss', async () => {
  await bench.stop();
  bench = repairBench();
  view = bench.start().view;
  await bench.pass(HOUR_MS);
  bench.connect()();
  await bench.pass(5_000);
  bench.connect();
  await bench.pass(HOUR_MS);
  expect(view().gaps).toEqual([]);
});
