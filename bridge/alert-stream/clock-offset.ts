// How far the camera's clock is off, measured at every heartbeat and never at an event: replays are old by nature.
import { readCameraTime, type TimeZone, TRUSTED_CLOCK_OFFSET_MS } from '../../shared/detection/camera-time.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import type { Log } from '../../shared/support/log.ts';

/** Heartbeats kept; their median is the offset, so that one late packet moves nothing. */
const KEPT = 5;
/** Beyond this it is said aloud: TLS, retention and an operator's search by time all suffer. */
const NOTABLE_OFFSET_MS = 5_000;
/** Heartbeats tell whole seconds. Those of a backlog come at once, and are further apart than this (ISAPI.md 3.4). */
const JITTER_MS = 2_000;

type ClockOffsetDeps = {
  log: Log;
  camera: string;
  /** At `at`, UTC ms of ours, the camera's wall was so far ahead of our clock. */
  onWall?: (at: number, aheadMs: number) => void;
};

export class ClockOffset {
  readonly #log: Log;
  readonly #camera: string;
  readonly #onWall: ClockOffsetDeps['onWall'];
  #offsets: number[] = [];
  #heldUpMs = 0;
  /** Of the last heartbeat that may have waited, while none has been measured. */
  #unprovenOffset: number | null = null;
  #saidOff = false;

  constructor({ log, camera, onWall }: ClockOffsetDeps) {
    this.#log = log;
    this.#camera = camera;
    this.#onWall = onWall;
  }

  /** The camera's clock minus ours in ms; null before the first heartbeat with a time. */
  get ms(): number | null {
    return this.#offsets.toSorted((a, b) => a - b)[Math.floor(this.#offsets.length / 2)] ?? null;
  }

  /** False while what comes may have waited: it tells the camera's time, but not that of its arrival. */
  get isUpToDate(): boolean {
    return this.#heldUpMs === 0;
  }

  /** For so long more nothing was read: what comes next is as old, heartbeats too, until one of them is on time again. */
  heldUp(ms: number): void {
    this.#heldUpMs += ms;
    this.#unprovenOffset = null;
  }

  heard(dateTime: string, receivedAt: number, timeZone: TimeZone | undefined): void {
    const { instant, wallClock } = readCameraTime(dateTime, timeZone);
    if (instant === null) return;
    const offset = instant - receivedAt;
    if (this.ms === null && this.#isUnproven(offset)) return;
    const waitedMs = this.#waitedMs(offset);
    // The next one has waited less, or it has not waited at all and the clock was set.
    this.#heldUpMs = Math.max(0, waitedMs - NOTABLE_OFFSET_MS - 1);
    if (waitedMs > 0) return;
    this.#onWall?.(receivedAt, Date.parse(`${wallClock}Z`) - receivedAt);
    const known = this.ms;
    // A clock that was set is known at once; the median would stand by the old one for three heartbeats.
    const wasSet = known !== null && Math.abs(offset - known) > TRUSTED_CLOCK_OFFSET_MS;
    this.#offsets = wasSet ? [offset] : [...this.#offsets.slice(1 - KEPT), offset];
    const off = Math.abs(this.ms ?? 0) > NOTABLE_OFFSET_MS;
    if (off === this.#saidOff) return;
    this.#saidOff = off;
    const fields = { camera: this.#camera, offsetMs: this.ms, cameraTime: dateTime, ourTime: isoInstant(receivedAt) };
    if (off) this.#log.warn('camera.clock.off', fields);
    else this.#log.info('camera.clock.right', fields);
  }

  /** What waited while nothing was known has waited less each time; one as far behind as the last has not waited at all. */
  #isUnproven(offset: number): boolean {
    if (this.#heldUpMs === 0) return false;
    const before = this.#unprovenOffset;
    this.#unprovenOffset = offset;
    return before === null || offset - before > JITTER_MS;
  }

  /** By how much a heartbeat is behind, where that is what it may have waited; else 0. */
  #waitedMs(offset: number): number {
    const behindMs = (this.ms ?? offset) - offset;
    const mayHave = behindMs > NOTABLE_OFFSET_MS && behindMs <= this.#heldUpMs + NOTABLE_OFFSET_MS;
    return mayHave ? behindMs : 0;
  }
}
