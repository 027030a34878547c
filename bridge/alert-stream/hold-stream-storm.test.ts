import type { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Busy, Rejected } from '../../shared/support/errors.ts';
import { BEAT, Bridge, END, fails, RESET, spoken, taken } from './hold-stream.fixture.ts';
import type { OpenStream } from './hold-stream.ts';

describe('a camera that cannot be held', () => {
  test('is asked less and less often, never in a storm', async () => {
    const bridge = new Bridge();
    await bridge.hold(fails(new Busy('camera_unreachable', 'could not reach the camera')), {
      until: () => bridge.waits.length === 8,
    });
    expect(bridge.waits).toEqual([1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000, 30_000]);
    expect(bridge.lines.map(({ event }) => event)).toEqual(['stream.unreachable', 'stream.stopped']);
  });

  const slowly =
    (bridge: Bridge): OpenStream =>
    async () => {
      bridge.now += 15_000;
      throw new Busy('camera_unreachable', 'no answer within 15000 ms');
    };
  const speaks =
    (said: { afterMs: number; bytes: string }[], end: (body: PassThrough) => void) =>
    (bridge: Bridge): OpenStream =>
    async () =>
      spoken(bridge, said, end);

  test.each<[string, (bridge: Bridge) => OpenStream, status: string]>([
    ['is away', () => fails(new Busy('camera_unreachable', 'connect ECONNREFUSED')), 'unreachable'],
    ['holds the slot for ever', () => fails(taken), 'refused'],
    ['says no', () => fails(new Rejected('camera_refused', 'no')), 'refused'],
    ['never sends a head', slowly, 'unreachable'],
    ['closes at once', speaks([], END), 'closed'],
    ['resets at once', speaks([], RESET), 'closed'],
    ['closes after a byte', speaks([{ afterMs: 0, bytes: BEAT }], END), 'closing'],
    ['closes after 19 s of bytes', speaks([{ afterMs: 19_000, bytes: BEAT }], END), 'closing'],
    ['closes after 40 s of bytes', speaks([{ afterMs: 40_000, bytes: BEAT }], END), 'closing'],
  ])('%s: nine attempts in any minute at most, in an hour', async (_, fault, status) => {
    const bridge = new Bridge(0);
    const begun = bridge.now;
    const attempts: number[] = [];
    const open = fault(bridge);
    const openStream: OpenStream = (signal) => {
      attempts.push(bridge.now);
      return open(signal);
    };
    let last = '';
    const until = () => {
      last = bridge.state.status;
      return bridge.now > begun + 3_600_000;
    };
    await bridge.hold(openStream, { until });
    expect(last).toBe(status);
    const inMinute = attempts.map((from) => attempts.filter((at) => at >= from && at < from + 60_000).length);
    expect(Math.max(...inMinute)).toBeLessThanOrEqual(9);
    expect(attempts.length).toBeGreaterThan(60);
  });
});
