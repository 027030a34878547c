import { expect, test } from 'vitest';
import type { LogFields } from '../../shared/support/log.ts';
import { DroppedPictures } from './dropped-pictures.ts';

test('our own clock, set back by an hour, hides no dropped pictures for as long', () => {
  let now = Date.UTC(2026, 10, 22, 5);
  const said: unknown[] = [];
  const warn = (_event: string, { pictures }: LogFields = {}) => void said.push(pictures);
  const dropped = new DroppedPictures({ clock: { now: () => now }, log: { info: warn, warn, error: warn } });
  dropped.add(1, 300_000);
  now += 30_000;
  dropped.add(2, 600_000);
  expect(said).toEqual([1]);
  now -= 3_600_000;
  dropped.add(3, 900_000);
  expect(said).toEqual([1, 5]);
});
