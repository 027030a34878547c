import { describe, expect, test } from 'vitest';
import { CameraIdSchema } from '../../../shared/detection/detection.ts';
import { drivenClock } from '../../../shared/support/driven-clock.fixture.ts';
import { streamName } from '../../../shared/video/stream-name.ts';
import { type Health, watchHealth } from './health.ts';
import type { PathState } from './media-api.ts';

const MEBIBYTE = 1024 * 1024;
const watched: PathState = {
  stream: streamName(CameraIdSchema.parse('gate'), 'sub'),
  ready: true,
  tracks: ['H264'],
  bytesReceived: 1,
  bytesSent: 1,
  readers: [{ type: 'webRTCSession', id: 'a' }],
};

type Condition = {
  answers?: () => boolean;
  mebibytes?: number | null;
  paths?: PathState[];
  /** By so much our own clock is set, once it is watched. */
  stepMs?: number;
};

/** What is found after so many seconds; null: nothing, and then it is told to stop. */
async function foundWithin(
  seconds: number,
  { answers = () => true, mebibytes = 100, paths = [], stepMs = 0 }: Condition,
) {
  const clock = drivenClock();
  let errorMs = 0;
  const stop = new AbortController();
  const health: Health = {
    api: {
      info: async () => {
        if (answers()) return { version: 'v1.16.1' };
        throw new Error('no answer');
      },
      paths: async () => paths,
    },
    residentBytes: async () => (mebibytes === null ? null : mebibytes * MEBIBYTE),
    memoryLimitBytes: 512 * MEBIBYTE,
    clock: { now: () => clock.now() + errorMs, sleep: clock.sleep },
    signal: stop.signal,
  };
  const begun = clock.now();
  const found = watchHealth(health);
  errorMs = stepMs;
  const settled = { yes: false };
  void found.then(() => {
    settled.yes = true;
  });
  while (!settled.yes && clock.now() - begun < seconds * 1000) {
    clock.step(1_000);
    for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
  }
  const afterSeconds = (clock.now() - begun) / 1000;
  stop.abort();
  return { why: await found, afterSeconds };
}

describe('a MediaMTX that lives', () => {
  test('and answers and stays small is left alone', async () => {
    expect((await foundWithin(600, {})).why).toBeNull();
  });

  test('but does not answer for half a minute is frozen', async () => {
    expect(await foundWithin(600, { answers: () => false })).toEqual({
      why: 'it did not answer for 30 s',
      afterSeconds: 30,
    });
  });

  test('and leaves out an answer now and then is not', async () => {
    let asked = 0;
    const answers = () => {
      asked += 1;
      return asked % 3 === 0;
    };
    expect((await foundWithin(600, { answers })).why).toBeNull();
  });

  test('and has grown is restarted as soon though our clock was set back by an hour', async () => {
    const { why, afterSeconds } = await foundWithin(600, { mebibytes: 600, stepMs: -3_600_000 });
    expect(why).toBe('it had grown to 600 MiB');
    expect(afterSeconds).toBeLessThanOrEqual(60);
  });

  test('and has grown is restarted when nobody watches', async () => {
    const { why } = await foundWithin(600, { mebibytes: 600 });
    expect(why).toBe('it had grown to 600 MiB');
  });

  test('and has grown while somebody watches goes on, until it is twice too large', async () => {
    const paths = [watched];
    expect((await foundWithin(600, { mebibytes: 1_000, paths })).why).toBeNull();
    expect((await foundWithin(600, { mebibytes: 1_100, paths })).why).toBe('it had grown to 1100 MiB');
  });

  test('whose memory cannot be told is not restarted for it', async () => {
    expect((await foundWithin(600, { mebibytes: null })).why).toBeNull();
  });
});
