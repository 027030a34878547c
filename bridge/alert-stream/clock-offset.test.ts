import { describe, expect, test } from 'vitest';
import { isoInstant } from '../../shared/support/clock.ts';
import type { LogFields } from '../../shared/support/log.ts';
import { ClockOffset } from './clock-offset.ts';
import { FaultCount } from './fault-count.ts';

const NOW = Date.UTC(2026, 10, 22, 5);
const HOUR_MS = 3_600_000;

function logged() {
  const lines: { event: string; fields: LogFields }[] = [];
  const keep = (event: string, fields: LogFields = {}) => void lines.push({ event, fields });
  return { lines, log: { info: keep, warn: keep, error: keep } };
}

test('a clock that is hours off is measured by its heartbeats and said once', () => {
  const { lines, log } = logged();
  const offset = new ClockOffset({ log, camera: 'gate' });
  for (let beat = 0; beat < 6; beat += 1) offset.heard('2026-11-22T13:00:00+05:00', NOW, undefined);
  expect(offset.ms).toBe(3 * HOUR_MS);
  expect(lines.map(({ event }) => event)).toEqual(['camera.clock.off']);
});

test('one late heartbeat moves nothing, and a clock put right is said too', () => {
  const { lines, log } = logged();
  const offset = new ClockOffset({ log, camera: 'gate' });
  for (const late of [0, 0, 20_000, 0]) offset.heard('2026-11-22T05:00:00Z', NOW + late, undefined);
  expect(offset.ms).toBe(0);
  for (let beat = 0; beat < 5; beat += 1) offset.heard('2026-11-22T04:00:00Z', NOW, undefined);
  for (let beat = 0; beat < 5; beat += 1) offset.heard('2026-11-22T05:00:00Z', NOW, undefined);
  expect(lines.map(({ event }) => event)).toEqual(['camera.clock.off', 'camera.clock.right']);
});

test('a clock that is set by an hour is known from the first heartbeat after it', () => {
  const { lines, log } = logged();
  const offset = new ClockOffset({ log, camera: 'gate' });
  for (let beat = 0; beat < 5; beat += 1) offset.heard('2026-11-22T05:00:00Z', NOW, undefined);
  offset.heard('2026-11-22T06:00:10Z', NOW + 10_000, undefined);
  expect(offset.ms).toBe(HOUR_MS);
  expect(lines.map(({ event }) => event)).toEqual(['camera.clock.off']);
  // The next one that is late moves nothing again.
  offset.heard('2026-11-22T06:00:20Z', NOW + 40_000, undefined);
  offset.heard('2026-11-22T06:00:50Z', NOW + 50_000, undefined);
  expect(offset.ms).toBe(HOUR_MS);
});

describe('what waited in the socket while the disk was full', () => {
  const SEVEN_MINUTES_MS = 7 * 60_000;

  function heldUp() {
    const offset = new ClockOffset({ log: logged().log, camera: 'gate' });
    offset.heard('2026-11-22T05:00:00Z', NOW, undefined);
    offset.heldUp(SEVEN_MINUTES_MS);
    return offset;
  }

  test('is a heartbeat that measures nothing, and no event that comes as it happens', () => {
    const offset = heldUp();
    expect(offset.isUpToDate).toBe(false);
    offset.heard('2026-11-22T05:00:10Z', NOW + SEVEN_MINUTES_MS, undefined);
    expect(offset).toMatchObject({ ms: 0, isUpToDate: false });
  });

  test('is over with the first heartbeat that is on time', () => {
    const offset = heldUp();
    offset.heard('2026-11-22T05:07:00Z', NOW + SEVEN_MINUTES_MS, undefined);
    expect(offset).toMatchObject({ ms: 0, isUpToDate: true });
  });

  test('shrinks with each heartbeat: one that is as far behind as the last tells of a clock that was set', () => {
    const offset = heldUp();
    offset.heard('2026-11-22T05:03:00Z', NOW + SEVEN_MINUTES_MS, undefined);
    offset.heard('2026-11-22T05:05:00Z', NOW + SEVEN_MINUTES_MS, undefined);
    expect(offset).toMatchObject({ ms: 0, isUpToDate: false });
    for (const seconds of [10, 20]) {
      const behind = isoInstant(NOW + 5 * 60_000 + seconds * 1_000);
      offset.heard(behind, NOW + SEVEN_MINUTES_MS + seconds * 1_000, undefined);
    }
    expect(offset).toMatchObject({ ms: -120_000, isUpToDate: true });
  });

  test('hides no clock that was set further', () => {
    const offset = heldUp();
    offset.heard('2026-11-22T04:07:00Z', NOW + SEVEN_MINUTES_MS, undefined);
    expect(offset).toMatchObject({ ms: -HOUR_MS, isUpToDate: true });
  });
});

describe('a start on a full disk', () => {
  const SEVEN_MINUTES_MS = 7 * 60_000;
  const STEP_MS = 10_000;
  const late = NOW + SEVEN_MINUTES_MS;

  function started() {
    const heard: number[] = [];
    const { lines, log } = logged();
    const offset = new ClockOffset({ log, camera: 'gate', onWall: (_at, aheadMs) => heard.push(aheadMs) });
    offset.heldUp(SEVEN_MINUTES_MS);
    const beat = (at: number, receivedAt: number) => offset.heard(isoInstant(at), receivedAt, undefined);
    return { offset, beat, heard, lines };
  }

  test('does not take the age of what waited for an error of the clock', () => {
    const { offset, beat, heard, lines } = started();
    for (let at = NOW + STEP_MS; at < late; at += STEP_MS) beat(at, late);
    expect(offset).toMatchObject({ ms: null, isUpToDate: false });
    expect([heard, lines]).toEqual([[], []]);
    // On time from here on, as the second of them proves.
    beat(late + 4_000, late + 4_000);
    beat(late + 14_000, late + 14_300);
    expect(offset).toMatchObject({ ms: -300, isUpToDate: true });
    expect(heard).toEqual([-300]);
  });

  test('knows a clock that is off all the same, after two heartbeats that come as they should', () => {
    const { offset, beat } = started();
    beat(late - HOUR_MS, late);
    expect(offset.ms).toBeNull();
    beat(late - HOUR_MS + STEP_MS, late + STEP_MS);
    expect(offset).toMatchObject({ ms: -HOUR_MS, isUpToDate: true });
  });

  test('waits for two more when the disk was full again between them', () => {
    const { offset, beat } = started();
    beat(NOW + STEP_MS, late);
    offset.heldUp(60_000);
    beat(NOW + 2 * STEP_MS, late + 60_000);
    expect(offset.ms).toBeNull();
  });
});

test('before the first heartbeat with a time nothing is known', () => {
  const offset = new ClockOffset({ log: logged().log, camera: 'gate' });
  offset.heard('', NOW, undefined);
  expect(offset.ms).toBeNull();
});

test('a sick camera costs one log line a kind a minute, and every fault is counted', () => {
  const { lines, log } = logged();
  let now = NOW;
  const faults = new FaultCount({ log, clock: { now: () => now }, camera: 'gate' });
  for (let part = 0; part < 1_000; part += 1) faults.add('event_malformed', 'it has a DOCTYPE');
  faults.add('part_too_large', 'part too large');
  now += 60_000;
  faults.add('event_malformed', 'it has a DOCTYPE');
  expect(lines.map(({ fields }) => [fields.fault, fields.count, fields.unsaidSinceLastLine])).toEqual([
    ['event_malformed', 1, 0],
    ['part_too_large', 1, 0],
    ['event_malformed', 1_001, 999],
  ]);
  expect(faults.counts).toEqual({ event_malformed: 1_001, part_too_large: 1 });
  // Our own clock is set back: the next line comes no later for it.
  now -= HOUR_MS;
  faults.add('event_malformed', 'it has a DOCTYPE');
  expect(lines).toHaveLength(4);
});
