import { afterEach, describe, expect, test } from 'vitest';
import type { PlatesOptions } from '../../test/camera/resources/plates.ts';
import { recordingLog } from '../outbox/outbox.fixture.ts';
import { type BenchOptions, HOUR_MS, MINUTE_MS, type RepairBench, repairBench } from './repair.fixture.ts';

let bench: RepairBench;
afterEach(() => bench.stop());

function open(options?: BenchOptions): RepairBench {
  bench = repairBench(options);
  return bench;
}

describe('the camera’s memory', () => {
  const FORMS: [string, Partial<PlatesOptions>][] = [
    ['unsorted, with an old plate that nobody asked for', { unsorted: true }],
    ['with names of 25 digits', { picNameDigits: 25 }],
    ['with times that have an offset', { captureTime: 'offset' }],
    ['with times of seventeen digits', { captureTime: 'digits' }],
    ['with unread plates left out', { unreadMissing: true }],
    ['without a namespace', { namespace: 'none' }],
    ['in the oldest namespace', { namespace: 'std-cgi-ver10' }],
    ['one row an answer', { rowsPerAnswer: 1 }],
    ['two rows an answer, unsorted', { rowsPerAnswer: 2, unsorted: true }],
  ];
  test.each(FORMS)('%s, is read whole', async (_form, plates) => {
    open({ plates }).start();
    await bench.stop();
    await bench.outage(12);
    bench.start();
    bench.connect();
    await bench.pass(MINUTE_MS);
    expect(bench.keptPlates()).toEqual(bench.ledgerPlates());
    expect(bench.kept.all).toHaveLength(12);
    const times = bench.kept.all.map(({ capturedAt }) => Date.parse(capturedAt)).toSorted();
    const truth = bench.camera.lane.ledger.map(({ capturedAt }) => Math.floor(capturedAt / 1000)).toSorted();
    expect(times.map((time) => Math.floor(time / 1000))).toEqual(truth);
  });

  test('that does not exist is asked for once, said once, and asked for again after a reconnect', async () => {
    const log = recordingLog();
    open({ plates: { supported: false } });
    const repair = bench.start({ log });
    const disconnect = bench.connect();
    await bench.pass(30 * MINUTE_MS);
    repair.vehicleSeen();
    await bench.pass(30 * MINUTE_MS);
    expect(bench.platesAsked()).toBe(1);
    expect(repair.view()).toMatchObject({ supported: false, lastError: null });
    disconnect();
    bench.connect();
    await bench.pass(MINUTE_MS);
    expect(bench.platesAsked()).toBe(2);
    expect(log.events()).toEqual(['repair.not_supported']);
    disconnect();
    bench.camera.options.supported = true;
    bench.connect();
    await bench.pass(MINUTE_MS);
    expect(repair.view().supported).toBe(true);
  });

  test('of fifty plates has forgotten ten of an hour’s sixty: the rest is recovered and the loss is told', async () => {
    const log = recordingLog();
    open({ plates: { memory: 50 } }).start();
    bench.connect();
    bench.passLive({ plate: '01LAST01' });
    await bench.pass(4 * MINUTE_MS);
    await bench.stop();
    const stopped = bench.clock.now();
    await bench.outage(60);
    const repair = bench.start({ log });
    bench.connect();
    await bench.pass(2 * MINUTE_MS);
    expect(bench.kept.all).toHaveLength(50);
    const [gap, ...others] = repair.view().gaps;
    expect(others).toEqual([]);
    expect(gap).toMatchObject({ why: 'rolled_over' });
    expect(Date.parse(gap?.from ?? '')).toBeLessThan(stopped);
    const oldest = bench.camera.lane.memory[0]?.capturedAt ?? 0;
    expect(Math.abs(Date.parse(gap?.to ?? '') - oldest)).toBeLessThan(1_000);
    // Ten were lost in the ten minutes before the oldest one; four quiet minutes more are in the span.
    expect(gap?.estimate).toBeGreaterThanOrEqual(10);
    expect(gap?.estimate).toBeLessThanOrEqual(15);
    await bench.pass(HOUR_MS);
    expect(log.events().filter((event) => event === 'repair.gap')).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('01LAST01');
  });

  test('that rolled over while the stream was held has lost nothing', async () => {
    open({ plates: { memory: 5 } }).start();
    const repair = bench.start();
    bench.connect();
    for (let n = 0; n < 40; n += 1) {
      bench.passLive({ plate: `01D${100 + n}EF` });
      await bench.pass(10_000);
    }
    await bench.pass(10 * MINUTE_MS);
    expect(repair.view().gaps).toEqual([]);
  });

  test('that a reboot has emptied is told as such', async () => {
    open().start();
    const repair = bench.start();
    const disconnect = bench.connect();
    bench.passLive();
    await bench.pass(4 * MINUTE_MS);
    disconnect();
    bench.camera.lane.forget();
    await bench.pass(MINUTE_MS);
    bench.connect();
    await bench.pass(10 * MINUTE_MS);
    expect(repair.view().gaps).toMatchObject([{ why: 'emptied', estimate: 0 }]);
    bench.camera.pass({ plate: '01AFTER1' });
    await bench.pass(10 * MINUTE_MS);
    expect(bench.keptPlates()).toEqual(['01AFTER1']);
    expect(repair.view().gaps).toHaveLength(1);
  });

  test('brings once more what was safe and is damaged, whichever it was, and is known again then', async () => {
    const repair = open().start();
    bench.connect();
    bench.passLive({ plate: '01LIVE01' });
    bench.camera.pass({ plate: '01LOST01' });
    await bench.pass(10 * MINUTE_MS);
    bench.kept.byId.clear();
    await repair.forgetKnown();
    await bench.pass(10 * MINUTE_MS);
    expect(bench.keptPlates()).toEqual(['01LIVE01', '01LOST01']);
    const sent = bench.kept.all.length;
    await bench.pass(HOUR_MS);
    expect(bench.kept.all).toHaveLength(sent);
  });

  test('brings it after a kill as well', async () => {
    const repair = open().start();
    bench.connect();
    bench.camera.pass({ plate: '01LOST01' });
    // Long ago: no sweep asks for it any more.
    await bench.pass(3 * HOUR_MS);
    bench.passLive({ plate: '01LIVE01' });
    await bench.pass(10 * MINUTE_MS);
    bench.kept.byId.clear();
    await repair.forgetKnown();
    bench.start();
    bench.connect();
    await bench.pass(10 * MINUTE_MS);
    expect(bench.keptPlates()).toContain('01LOST01');
  });

  test('of a camera that tells no time is read as well; rows are of age two minutes after they were first seen', async () => {
    open().camera.clock.tellsTime = false;
    bench.start();
    bench.camera.pass({ plate: '01A123BC' });
    await bench.pass(10 * MINUTE_MS);
    expect(bench.kept.all).toMatchObject([{ plate: '01A123BC', timeFrom: 'arrival', late: true }]);
  });
});
