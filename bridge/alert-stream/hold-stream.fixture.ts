// For tests of the stream's loop: a bridge on a clock that jumps, and cameras' ends of streams that speak as they are told.
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { CameraIdSchema, type Detection } from '../../shared/detection/detection.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { Busy } from '../../shared/support/errors.ts';
import type { LogFields } from '../../shared/support/log.ts';
import { CameraState } from './camera-state.ts';
import { ClockOffset } from './clock-offset.ts';
import { FaultCount } from './fault-count.ts';
import { holdStream, type OpenStream } from './hold-stream.ts';
import { PictureBudget } from './picture-budget.ts';

/** A bridge whose clock jumps over every wait, so that hours of back-off pass at once. */
export class Bridge {
  now = Date.UTC(2026, 10, 22);
  readonly waits: number[] = [];
  readonly lines: { event: string; fields: LogFields }[] = [];
  readonly stored: Detection[] = [];
  readonly stop = new AbortController();
  readonly state = new CameraState(this.now);
  diskRefuses = 0;
  deadAfterMs = 10_000;
  onConnected: () => unknown = () => {};
  readonly #random: number;
  readonly #keep = (event: string, fields: LogFields = {}) => void this.lines.push({ event, fields });
  readonly log = { info: this.#keep, warn: this.#keep, error: this.#keep };

  /** `random`: of the jitter; at 0 every wait is as short as it can be. */
  constructor(random = 0.5) {
    this.#random = random;
  }

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
      onConnected: () => this.onConnected(),
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
      deadAfterMs: this.deadAfterMs,
      random: () => this.#random,
      clock,
      log,
      signal: this.stop.signal,
    });
  }
}

export const fails =
  (error: Error): OpenStream =>
  async () => {
    throw error;
  };
export const contentType = 'multipart/mixed; boundary=boundary';

/** A body that says each of these after so much time of ours, and then ends as told. */
export function spoken(bridge: Bridge, said: { afterMs: number; bytes: string }[], end: (body: PassThrough) => void) {
  const body = new PassThrough();
  const speak = async () => {
    for (const { afterMs, bytes } of said) {
      await turn();
      bridge.now += afterMs;
      body.write(bytes);
    }
    await turn();
    end(body);
  };
  void speak();
  return { body, contentType };
}

export const BEAT = '--boundary\r\n';
export const END = (body: PassThrough) => void body.end();
export const RESET = (body: PassThrough) => void body.destroy(new Error('read ECONNRESET'));
/** A camera's own word that it is full. */
export const taken = new Busy('camera_busy', 'its streams are taken', { retryAfterSeconds: 10 });
