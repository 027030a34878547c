// Listens along with one camera's stream: learns when trucks come, and says whether a quiet is an ordinary one.
import type { TimeZone } from '../../shared/detection/camera-time.ts';
import type { Reading } from '../../shared/store/camera-states.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { CameraState } from '../alert-stream/camera-state.ts';
import { hourOfWeek } from './hour-of-week.ts';
import { judgeQuiet } from './judge-quiet.ts';
import { type LearnedLanes, lanesAfterQuiet, lanesAfterRead } from './learned-lanes.ts';
import type { QuietFile } from './quiet-file.ts';
import { tellReading, type UnreadVehicles } from './tell-reading.ts';

const LOOK_EVERY_MS = 10_000;
/** More time than this between two looks has not passed: a clock was set, or the machine slept. It teaches nothing. */
const MAX_LOOK_MS = 30_000;
const SAVE_EVERY_MS = 5 * 60_000;
/** Old firmware tells of one vehicle about once a second while it is in view (ISAPI.md 1.2). */
const UNREAD_EVENTS = 3;
/** So long a plate may follow its vehicle. */
const UNREAD_AFTER_MS = 60_000;

export type QuietWatchDeps = {
  camera: string;
  state: CameraState;
  timeZone: () => TimeZone | undefined;
  file: QuietFile;
  clock: Clock;
  log: Log;
};

export class QuietWatch {
  readonly #deps: QuietWatchDeps;
  #lanes: LearnedLanes;
  #lookedAt: number;
  #heardThen = false;
  #hasRead = false;
  #vehiclesAtRead = 0;
  #unreadSince: number | null = null;
  #savedAt: number;
  #saidUnsaved = false;

  constructor(deps: QuietWatchDeps) {
    this.#deps = deps;
    this.#lanes = deps.file.load();
    this.#lookedAt = deps.clock.now();
    this.#savedAt = this.#lookedAt;
  }

  /** A live read: never one that was recovered, which tells nothing of now. */
  heardRead(lane = ''): void {
    const { state, clock, timeZone } = this.#deps;
    this.#look();
    this.#lanes = lanesAfterRead(this.#lanes, lane, hourOfWeek(clock.now(), timeZone() ?? 'UTC'));
    this.#vehiclesAtRead = state.vehiclesWithoutPlate;
    this.#unreadSince = null;
    this.#hasRead = true;
  }

  reading(): Reading {
    const { state, clock, timeZone } = this.#deps;
    if (!state.isHeard) return { status: 'unknown', reason: 'nothing comes from the camera: see its stream' };
    if (state.waitsForDisk !== null) return { status: 'unknown', reason: 'nothing is read: the bridge’s disk is full' };
    const at = hourOfWeek(clock.now(), timeZone() ?? 'UTC');
    const lanes = [...this.#lanes].map(([lane, hours]) => ({ lane, ...judgeQuiet(hours, at) }));
    return tellReading({ lanes, hasRead: this.#hasRead, unread: this.#unread() });
  }

  /** Resolves when `signal` has ended it and what was learned is on the disk. */
  async listenUntil(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
      this.#look();
      // Either way: a clock that was set back must not end the saving.
      if (Math.abs(clock.now() - this.#savedAt) >= SAVE_EVERY_MS) await this.#save();
    }
    await this.#save();
  }

  #look(): void {
    const { state, clock, timeZone } = this.#deps;
    const now = clock.now();
    const passedMs = now - this.#lookedAt;
    const wasHeard = this.#heardThen && state.isHeard;
    this.#lookedAt = now;
    this.#heardThen = state.isHeard;
    this.#hasRead &&= state.isHeard;
    if (state.vehiclesWithoutPlate > this.#vehiclesAtRead) this.#unreadSince ??= now;
    if (!wasHeard || passedMs <= 0 || passedMs > MAX_LOOK_MS) return;
    this.#lanes = lanesAfterQuiet(this.#lanes, hourOfWeek(now, timeZone() ?? 'UTC'), passedMs);
  }

  #unread(): UnreadVehicles | null {
    const { state, clock } = this.#deps;
    const events = state.vehiclesWithoutPlate - this.#vehiclesAtRead;
    if (events < UNREAD_EVENTS || this.#unreadSince === null) return null;
    return clock.now() - this.#unreadSince >= UNREAD_AFTER_MS ? { events, firmwareNote: state.firmwareNote } : null;
  }

  async #save(): Promise<void> {
    const { camera, clock, file, log } = this.#deps;
    this.#savedAt = clock.now();
    try {
      await file.save(this.#lanes);
      this.#saidUnsaved = false;
    } catch (error) {
      if (!this.#saidUnsaved) log.warn('quiet.unsaved', { camera, reason: reasonOf(error) });
      this.#saidUnsaved = true;
    }
  }
}
