import { describe, expect, test } from 'vitest';
import { played } from '../checks/video.ts';
import { ok } from '../finding.ts';
import { countPictures } from './picture-count.ts';
import { watched } from './watch-stream.ts';

const DESCRIBED = ok('H264 Baseline, 704x576');

/** One packet of a picture of its own at each of `heardAtMs`, watched until `untilMs`. */
function watching(heardAtMs: number[], untilMs: number, isCut = false) {
  let now = 0;
  const count = countPictures(() => now);
  for (const [index, at] of heardAtMs.entries()) {
    now = at;
    const packet = Buffer.alloc(12);
    packet.writeUInt8(0x80);
    packet.writeUInt32BE(index, 4);
    count.hear(packet);
  }
  return watched(count, { isCut, begunAt: 0, now: untilMs });
}
const outcomeOf = (...args: Parameters<typeof watching>) => played(DESCRIBED, watching(...args), 'sub');

describe('the video of a camera that is played', () => {
  test('and stands still is named, with when and where it does', () => {
    expect(outcomeOf([0, 1_500, 3_000], 5_001)).toMatchObject({
      status: 'fail',
      seen: 'H264 Baseline, 704x576: it stood still after 3 pictures, 3 s',
      change: expect.stringMatching(/lower its bitrate .*Sub Stream/),
    });
    // A pause that may be the camera's own.
    expect(watching([0, 1_500, 3_000], 5_000).end).toBe('watched');
  });

  test('and gives few pictures a second is told to give more, from five on it is well', () => {
    expect(outcomeOf([0, 250, 500, 750, 1_000], 1_100)).toMatchObject({
      status: 'warn',
      seen: 'H264 Baseline, 704x576; 4 pictures a second',
      change: expect.stringMatching(/raise Frame Rate .*Sub Stream/),
    });
    expect(outcomeOf([0, 200, 400, 600, 800, 1_000], 1_100)).toMatchObject({ status: 'ok', change: null });
  });

  test('and ends is cut off, whether or not it stood still before', () => {
    expect(outcomeOf([0, 100], 6_000, true).seen).toContain('cut off after 2 pictures');
    expect(outcomeOf([], 6_000).seen).toContain('not one picture came in 6 s');
  });
});
