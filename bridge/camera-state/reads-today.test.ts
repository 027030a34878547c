import { expect, test } from 'vitest';
import { ReadsToday } from './reads-today.ts';

const at = (instant: string) => Date.parse(instant);

test('reads are counted for the day it is at the gate, and begin again at its midnight', () => {
  const reads = new ReadsToday(() => 'Asia/Tashkent');
  reads.add(at('2026-11-21T18:59:59Z'));
  reads.add(at('2026-11-21T19:00:00Z'));
  reads.add(at('2026-11-22T10:00:00Z'));
  expect(reads.on(at('2026-11-22T18:59:59Z'))).toEqual({ day: '2026-11-22', count: 2 });
  expect(reads.on(at('2026-11-22T19:00:00Z'))).toEqual({ day: '2026-11-23', count: 0 });
});

test('a zone that the camera tells by its offset serves as well, and UTC until it is known', () => {
  let zone: string | undefined;
  const reads = new ReadsToday(() => zone);
  expect(reads.on(at('2026-11-21T20:00:00Z')).day).toBe('2026-11-21');
  zone = '+05:00';
  expect(reads.on(at('2026-11-21T20:00:00Z')).day).toBe('2026-11-22');
  zone = '-03:30';
  expect(reads.on(at('2026-11-22T03:00:00Z')).day).toBe('2026-11-21');
});

test('what an earlier bridge counted today goes on, and yesterday’s does not', () => {
  const now = at('2026-11-22T10:00:00Z');
  const reads = new ReadsToday(() => 'UTC');
  reads.add(now);
  reads.resume({ day: '2026-11-21', count: 400 });
  expect(reads.on(now).count).toBe(1);
  reads.resume({ day: '2026-11-22', count: 12 });
  expect(reads.on(now).count).toBe(13);
});

test('it goes on although the camera tells its zone only after the restart, when there it is tomorrow already', () => {
  let zone: string | undefined;
  const now = at('2026-11-22T19:01:00Z');
  const reads = new ReadsToday(() => zone);
  reads.resume({ day: '2026-11-23', count: 3 });
  expect(reads.on(now)).toEqual({ day: '2026-11-22', count: 0 });
  zone = 'Asia/Tashkent';
  reads.add(now);
  expect(reads.on(now)).toEqual({ day: '2026-11-23', count: 4 });
});
