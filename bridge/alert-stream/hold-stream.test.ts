import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { CameraIdSchema, type Detection } from '../../shared/detection/detection.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { Busy, Rejected } from '../../shared/support/errors.ts';
import type { LogFields } from '../../shared/support/log.ts';
import { CameraState } from './camera-state.ts';
import { ClockOffset } from './clock-offset.ts';
import { FaultCount } from './fault-count.ts';
import { holdStream, type OpenStream } from './hold-stream.ts';
import { PictureBudget } from './picture-budget.ts';
import { alertPart, jpeg, picturePart } from './stream.fixture.ts';

/** A bridge whose clock jumps over every wait, so that hours of back-off pass at once. */
class Bridge {
  now = Date.UTC(2026, 10, 22);
  readonly waits: number[] = [];
  readonly lines: { event: string; fields: LogFields }[] = [];
  readonly stored: Detection[] = [];
  readonly stop = new AbortController();
  readonly state = new CameraState(this.now);
  diskRefuses = 0;
  readonly #keep = (event: string, fields: LogFields = {}) => void this.lines.push({ event, fields });
  readonly log = { info: this.#keep, warn: this.#keep, error: this.#keep };

  hold(openStream: OpenStream, { until }: { until: () => boolean }): Promise<void> {
    const { log, state } = this;
    const clock = {
      now: () => this.now,
      sleep: async (ms: number) => {
        this.now += ms;
        this.waits.push(ms);
        if (until()) this.stop.abort();
      },
    };
    return holdStream({
      camera: CameraIdSchema.parse('gate'),
      openStream,
      onConnected: () => {},
      outbox: {
        addRead: async (detection) => {
          this.diskRefuses -= 1;
          if (this.diskRefuses >= 0) throw new Error('the disk is full');
          this.stored.push(detection);
        },
        addPictures: async () => {
          throw new Error('the disk is full');
        },
      },
      state,
      clockOffset: new ClockOffset({ log, camera: 'gate' }),
      faults: new FaultCount({ log, clock, camera: 'gate' }),
      timeZone: () => undefined,
      budget: new PictureBudget(),
      pool: new BodyPool(),
      deadAfterMs: 10_000,
      random: () => 0.5,
      clock,
      log,
      signal: this.stop.signal,
    });
  }
}

const fails =
  (error: Error): OpenStream =>
  async () => {
    throw error;
  };
const contentType = 'multipart/mixed; boundary=boundary';

describe('a camera that cannot be held', () => {
  test('is asked less and less often, never in a storm', async () => {
    const bridge = new Bridge();
    await bridge.hold(fails(new Busy('camera_unreachable', 'could not reach the camera')), {
      until: () => bridge.waits.length === 8,
    });
    expect(bridge.waits).toEqual([1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000, 30_000]);
    expect(bridge.lines.map(({ event }) => event)).toEqual(['stream.unreachable', 'stream.stopped']);
  });

  test.each([
    ['locked', new Busy('camera_locked', 'its guard is shut')],
    ['refused', new Rejected('camera_refused', 'it says no')],
    ['refused', new Busy('camera_busy', 'its streams are taken')],
    ['unreachable', new Error('socket hang up')],
  ])('is called %s, with the reason, and that is said once', async (status, error) => {
    const bridge = new Bridge();
    const seen: unknown[] = [];
    await bridge.hold(fails(error), { until: () => seen.push([bridge.state.status, bridge.state.reason]) === 4 });
    expect(seen[0]).toEqual([status, error.message]);
    expect(bridge.lines.filter(({ event }) => event === `stream.${status}`)).toHaveLength(1);
  });
});

test('a plate that a full disk refuses is tried until it is safe, and the stream waits', async () => {
  const bridge = new Bridge();
  bridge.diskRefuses = 3;
  const openStream: OpenStream = async () => {
    const body = new PassThrough();
    body.end(Buffer.concat([alertPart('01A123BC', 1), picturePart(jpeg(100))]));
    return { body, contentType };
  };
  await bridge.hold(openStream, { until: () => bridge.stored.length > 0 });
  expect(bridge.stored.map(({ plate }) => plate)).toEqual(['01A123BC']);
  expect(bridge.waits.slice(0, 3)).toEqual([1_000, 1_000, 1_000]);
  expect(bridge.lines.filter(({ event }) => event === 'read.not_yet_safe')).toHaveLength(1);
  expect(bridge.lines.filter(({ event }) => event === 'pictures.lost')).toHaveLength(1);
});
