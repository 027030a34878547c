// What the bridge has seen in the camera's memory and not sent yet is not lost when the camera forgets it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isoInstant } from '../../shared/support/clock.ts';
import { HOUR_MS, MINUTE_MS, type RepairBench, repairBench } from './repair.fixture.ts';

const AHEAD_ZONE = 480;
const ZONE = 300;

let bench: RepairBench;
let repair: ReturnType<RepairBench['start']>;
let disconnect: () => void;
beforeEach(async () => {
  bench = repairBench();
  repair = bench.start();
  disconnect = bench.connect();
  bench.passLive({ plate: '01LIVE01' });
  await bench.pass(7 * MINUTE_MS);
});
afterEach(() => bench.stop());

/** The bridge is killed; what passes then is in the hand of the next one, and too young to send. */
async function killedAt(plates: readonly string[]): Promise<void> {
  disconnect();
  repair = bench.start();
  for (const plate of plates) bench.camera.pass({ plate });
  await bench.pass(10_000);
  disconnect = bench.connect();
  await bench.pass(5_000);
  expect(bench.kept.all).toEqual([]);
}

async function reboot(): Promise<void> {
  bench.camera.lane.forget();
  disconnect();
  await bench.pass(10_000);
  disconnect = bench.connect();
}

describe('rows that wait for their age', () => {
  test('are sent when the camera reboots and forgets them, each once, and are no loss to tell', async () => {
    await killedAt(['01HELD01', '01HELD02', 'unknown']);
    const heldAt = isoInstant(bench.clock.now() - 5_000);
    await reboot();
    await bench.pass(10_000);
    expect(bench.keptPlates()).toEqual(['01HELD01', '01HELD02', null]);
    await bench.pass(HOUR_MS);
    expect(bench.kept.all).toHaveLength(3);
    // Of what passed after that look, nobody knows.
    expect(repair.view().gaps).toMatchObject([{ from: heldAt, why: 'emptied' }]);
  });

  test('and bear names ahead of the wall, for a zone was set and put right, are sent as well', async () => {
    bench.camera.clock.zoneMinutes = AHEAD_ZONE;
    bench.start();
    bench.camera.pass({ plate: '01AHEAD1' });
    bench.camera.clock.zoneMinutes = ZONE;
    await killedAt(['01HELD01']);
    await reboot();
    await bench.pass(10_000);
    expect(bench.keptPlates()).toEqual(['01AHEAD1', '01HELD01']);
  });

  test('are sent when they are of age though the camera is away for hours', async () => {
    await killedAt(['01HELD01']);
    bench.camera.away = true;
    disconnect();
    await bench.pass(25_000);
    expect(bench.kept.all).toEqual([]);
    await bench.pass(MINUTE_MS);
    expect(bench.keptPlates()).toEqual(['01HELD01']);
    bench.camera.away = false;
    bench.connect();
    await bench.pass(HOUR_MS);
    expect(bench.kept.all).toHaveLength(1);
  });

  test('say which rows stood beside them', async () => {
    disconnect();
    bench.camera.pass({ plate: '01HELD01' });
    await bench.pass(4_000);
    await killedAt(['01HELD01']);
    await reboot();
    await bench.pass(10_000);
    const [first, second] = bench.kept.all;
    expect([first?.beside?.map(({ id }) => id), second?.beside?.map(({ id }) => id)]).toEqual([
      [second?.id],
      [first?.id],
    ]);
  });

  test('are sent when the bridge stops, once their own road would have told of them', async () => {
    await killedAt(['01HELD01']);
    await bench.pass(20_000);
    bench.camera.pass({ plate: '01YOUNG1' });
    await bench.stop();
    expect(bench.keptPlates()).toEqual(['01HELD01']);
    repair = bench.start();
    bench.connect();
    await bench.pass(10 * MINUTE_MS);
    expect(bench.kept.all.map(({ plate }) => plate)).toEqual(['01HELD01', '01YOUNG1']);
  });

  test('are left alone when their own road has told of them before the camera forgot', async () => {
    await killedAt([]);
    const entry = bench.camera.pass({ plate: '01SLOW01' });
    const read = bench.camera.liveRead(entry);
    disconnect();
    disconnect = bench.connect();
    await bench.pass(30_000);
    repair.seen(read);
    await reboot();
    await bench.pass(HOUR_MS);
    expect(bench.kept.all).toEqual([]);
  });
});
