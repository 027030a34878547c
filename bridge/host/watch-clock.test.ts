import { expect, test } from 'vitest';
import { recordingLog } from '../outbox/outbox.fixture.ts';
import { watchClock } from './watch-clock.ts';

const HOUR_MS = 3_600_000;

/** What is said of a clock that is `changes` ms further on than it should be, from look to look. */
async function said(changes: readonly number[]) {
  const log = recordingLog();
  const stop = new AbortController();
  let [wallMs, uptimeMs, looks] = [Date.UTC(2026, 10, 22), 0, 0];
  const clock = {
    now: () => wallMs,
    sleep: async (ms: number) => {
      const change = changes[looks] ?? 0;
      wallMs += ms + change;
      uptimeMs += ms;
      looks += 1;
      if (looks === changes.length) stop.abort();
    },
  };
  await watchClock({ clock, log, signal: stop.signal, uptimeMs: () => uptimeMs });
  return log.lines.map(({ event, fields }) => [event, fields.seconds]);
}

test('a clock that is set an hour on and back again is told of each time', async () => {
  expect(await said([0, HOUR_MS, 0, -HOUR_MS, 0])).toEqual([
    ['clock.stepped', 3600],
    ['clock.stepped', -3600],
  ]);
});

test('a clock that is brought to the truth bit by bit is nothing to tell of, however far it goes', async () => {
  expect(await said(Array(100).fill(500))).toEqual([]);
  expect(await said(Array(100).fill(-500))).toEqual([]);
});

test('what five seconds move is told, and what less moves is not', async () => {
  expect(await said([4_999, -4_999])).toEqual([]);
  expect(await said([5_000])).toEqual([['clock.stepped', 5]]);
});
