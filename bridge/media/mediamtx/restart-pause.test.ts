import { describe, expect, test } from 'vitest';
import { RestartPause } from './restart-pause.ts';

describe('before MediaMTX is started again', () => {
  test('the pauses grow from half a second to half a minute', () => {
    const pause = new RestartPause();
    const pauses = Array.from({ length: 8 }, () => pause.next(100));
    expect(pauses).toEqual([500, 1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000]);
  });

  test('a minute of health makes the next one short again', () => {
    const pause = new RestartPause();
    for (let crashes = 0; crashes < 8; crashes += 1) pause.next(100);
    expect([pause.next(59_999), pause.next(60_000), pause.next(0)]).toEqual([30_000, 500, 1_000]);
  });
});
