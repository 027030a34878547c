import { afterEach, describe, expect, test } from 'vitest';
import { CameraIdSchema, type DetectionId } from '../../shared/detection/detection.ts';
import { type BenchOptions, HOUR_MS, MINUTE_MS, type RepairBench, repairBench } from './repair.fixture.ts';

let bench: RepairBench;
afterEach(() => bench.stop());

function open(options?: BenchOptions): RepairBench {
  bench = repairBench(options);
  return bench;
}

describe('what passed while nobody listened', () => {
  test('is recovered on the next connect: all of it, each once, late, with the camera’s own time, in few questions', async () => {
    open({ plates: { rowsPerAnswer: 25 } }).start();
    bench.connect();
    await bench.untilSwept(1);
    await bench.stop();
    await bench.outage(60);
    const repair = bench.start();
    const before = bench.platesAsked();
    bench.connect();
    const began = bench.clock.now();
    await bench.pass(20_000);
    expect(bench.keptPlates()).toEqual(bench.ledgerPlates());
    expect(bench.kept.all).toHaveLength(60);
    expect(bench.clock.now() - began).toBeLessThanOrEqual(60_000);
    // Three pages and the one that ends them.
    expect(bench.platesAsked() - before).toBe(4);
    for (const read of bench.kept.all)
      expect(read).toMatchObject({ late: true, sources: ['history'], confidence: null });
    const times = bench.kept.all.map(({ capturedAt }) => capturedAt);
    expect(times).toEqual(bench.camera.lane.ledger.map(({ capturedAt }) => new Date(capturedAt).toISOString()));
    expect(repair.view()).toMatchObject({ supported: true, recovered: 60, lastError: null, gaps: [] });
  });

  test.each([
    ['another process', true],
    ['another stream', false],
  ])('to the last second before it: all is stored within a minute of the return (%s)', async (_, isAnother) => {
    open().start();
    const cut = bench.connect();
    await bench.untilSwept(1);
    cut();
    if (isAnother) await bench.stop();
    for (let n = 0; n < 120; n += 1) {
      bench.camera.pass({ plate: `01A${100 + n}BC` });
      await bench.pass(5_000);
    }
    bench.camera.pass({ plate: '01Z999ZZ' });
    await bench.pass(1_000);
    if (isAnother) bench.start();
    const before = bench.platesAsked();
    bench.connect();
    await bench.pass(MINUTE_MS);
    expect(bench.keptPlates()).toEqual(bench.ledgerPlates());
    expect(bench.platesAsked() - before).toBeLessThanOrEqual(8);
  });

  test('and what passes after that comes by the stream alone: no live read is sent again', async () => {
    open().start();
    bench.connect();
    await bench.untilSwept(1);
    for (let n = 0; n < 20; n += 1) {
      bench.passLive({ plate: n % 5 === 0 ? 'unknown' : `01B${100 + n}CD` });
      await bench.pass(MINUTE_MS);
    }
    await bench.pass(5 * MINUTE_MS);
    expect(bench.kept.all).toEqual([]);
    // A question every three minutes, one more where there is something to look at, and once three for all there is.
    expect(bench.platesAsked()).toBeLessThanOrEqual(21);
    expect(bench.swept.flat().length).toBeGreaterThan(20);
  });

  test('is no read of its own where the stream told of it with another second', async () => {
    open().start();
    bench.connect();
    const entry = bench.camera.pass({ plate: '01A123BC' });
    const told = bench.camera.liveRead(entry);
    const second = new Date(entry.capturedAt + 1_000).toISOString();
    const id = `${told.id.slice(1)}a` as DetectionId;
    bench.start().seen({ ...told, id, at: second, capturedAt: second });
    await bench.pass(10 * MINUTE_MS);
    expect(bench.kept.all).toEqual([]);
  });

  test('waits until it is two minutes old, for its own road may only be slow, and not until the next regular question', async () => {
    open({ everyMs: HOUR_MS }).start();
    bench.connect();
    bench.camera.pass({ plate: '01A123BC' });
    await bench.pass(119_000);
    expect(bench.kept.all).toEqual([]);
    await bench.pass(2_000);
    expect(bench.keptPlates()).toEqual(['01A123BC']);
  });

  test('is left alone when its own road was only slow', async () => {
    open({ everyMs: HOUR_MS }).start();
    const repair = bench.start();
    bench.connect()();
    await bench.pass(2 * MINUTE_MS);
    const entry = bench.camera.pass({ plate: '01A123BC' });
    bench.connect();
    await bench.pass(30_000);
    const asked = bench.platesAsked();
    repair.seen(bench.camera.liveRead(entry));
    await bench.pass(10 * MINUTE_MS);
    expect(bench.kept.all).toEqual([]);
    expect(bench.platesAsked()).toBe(asked);
  });

  test('of a camera that only pushes is found without any stream', async () => {
    open().start();
    bench.camera.pass({ plate: '01A123BC' });
    await bench.pass(10 * MINUTE_MS);
    expect(bench.keptPlates()).toEqual(['01A123BC']);
  });

  test('of a day is found by a bridge that has just been installed', async () => {
    open();
    for (let hour = 0; hour < 24; hour += 1) {
      bench.camera.pass({ plate: `01C${100 + hour}DE` });
      await bench.pass(HOUR_MS);
    }
    bench.start();
    bench.connect();
    await bench.pass(MINUTE_MS);
    expect(bench.keptPlates()).toEqual(bench.ledgerPlates());
  });
});

describe('the cursor', () => {
  test('stays before a row that is too young, whatever came after it', async () => {
    open({ everyMs: HOUR_MS });
    const old = bench.camera.pass({ plate: '01OLD001' });
    await bench.pass(3 * MINUTE_MS);
    const repair = bench.start();
    bench.camera.pass({ plate: '01YOUNG1' });
    await bench.pass(1_000);
    bench.connect();
    const known = bench.passLive({ plate: '01LIVE01' });
    await bench.pass(10_000);
    expect(repair.view().cursor).toBe(old.picName);
    await bench.pass(3 * MINUTE_MS);
    expect(repair.view().cursor).toBe(known.picName);
    expect(bench.keptPlates()).toEqual(['01OLD001', '01YOUNG1']);
  });

  test('comes back from 2034 with the camera’s clock', async () => {
    open();
    bench.camera.clock.offsetMs = 8 * 365 * 24 * HOUR_MS;
    const repair = bench.start();
    bench.camera.pass({ plate: '01WRONG1' });
    await bench.pass(10 * MINUTE_MS);
    expect(repair.view().cursor).toMatch(/^2034/);
    bench.camera.clock.offsetMs = 0;
    const entry = bench.camera.pass({ plate: '01RIGHT1' });
    await bench.pass(10 * MINUTE_MS);
    expect(repair.view().cursor).toBe(entry.picName);
    expect(bench.keptPlates()).toEqual(['01RIGHT1', '01WRONG1']);
  });
});

test('each camera has its own progress', async () => {
  open();
  bench.camera.pass({ plate: '01A123BC' });
  await bench.pass(5 * MINUTE_MS);
  bench.start();
  await bench.pass(5 * MINUTE_MS);
  bench.start({ camera: CameraIdSchema.parse('exit') });
  await bench.pass(5 * MINUTE_MS);
  expect([...bench.files.keys()].toSorted()).toEqual(['/state/repair/exit.repair', '/state/repair/gate.repair']);
  expect(bench.kept.all.map(({ camera }) => camera)).toEqual(['gate', 'exit']);
});
