import { expect, test } from 'vitest';
import type { LogFields } from '../../shared/support/log.ts';
import { ClockOffset } from './clock-offset.ts';
import { FaultCount } from './fault-count.ts';

const NOW = Date.UTC(2026, 10, 22, 5);

function logged() {
  const lines: { event: string; fields: LogFields }[] = [];
  const keep = (event: string, fields: LogFields = {}) => void lines.push({ event, fields });
  return { lines, log: { info: keep, warn: keep, error: keep } };
}

test('a clock that is hours off is measured by its heartbeats and said once', () => {
  const { lines, log } = logged();
  const offset = new ClockOffset({ log, camera: 'gate' });
  for (let beat = 0; beat < 6; beat += 1) offset.heard('2026-11-22T13:00:00+05:00', NOW, undefined);
  expect(offset.ms).toBe(3 * 3_600_000);
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
});
