// How far the camera's clock is off, measured at every heartbeat and never at an event: replays are old by nature.
import { readCameraTime, type TimeZone } from '../../shared/detection/camera-time.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import type { Log } from '../../shared/support/log.ts';

/** Heartbeats kept; their median is the offset, so that one late packet moves nothing. */
const KEPT = 5;
/** Beyond this it is said aloud: TLS, retention and an operator's search by time all suffer. */
const NOTABLE_OFFSET_MS = 5_000;

export class ClockOffset {
  readonly #log: Log;
  readonly #camera: string;
  #offsets: number[] = [];
  #saidOff = false;

  constructor({ log, camera }: { log: Log; camera: string }) {
    this.#log = log;
    this.#camera = camera;
  }

  /** The camera's clock minus ours in ms; null before the first heartbeat with a time. */
  get ms(): number | null {
    return this.#offsets.toSorted((a, b) => a - b)[Math.floor(this.#offsets.length / 2)] ?? null;
  }

  heard(dateTime: string, receivedAt: number, timeZone: TimeZone | undefined): void {
    const { instant } = readCameraTime(dateTime, timeZone);
    if (instant === null) return;
    this.#offsets = [...this.#offsets.slice(1 - KEPT), instant - receivedAt];
    const off = Math.abs(this.ms ?? 0) > NOTABLE_OFFSET_MS;
    if (off === this.#saidOff) return;
    this.#saidOff = off;
    const fields = { camera: this.#camera, offsetMs: this.ms, cameraTime: dateTime, ourTime: isoInstant(receivedAt) };
    if (off) this.#log.warn('camera.clock.off', fields);
    else this.#log.info('camera.clock.right', fields);
  }
}
