// What passed while nobody listened: one camera's memory, asked again and again, and what it alone knows kept like any
// other read. Queries go through the client and its guard, one at a time, and end with the stream so that its own
// reconnect comes first.
import type { TimeZone } from '../../shared/detection/camera-time.ts';
import type { CameraId, Detection } from '../../shared/detection/detection.ts';
import type { CameraClient } from '../../shared/isapi/client.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { GateError, reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { ReadKeeper } from '../alert-stream/keep-event.ts';
import type { Disk } from '../outbox/disk.ts';
import { HeardStream } from './heard-stream.ts';
import { HeldRows } from './held-rows.ts';
import { CLOCK_SET_MS } from './memory-gap.ts';
import { MemoryTurns, type OnSwept } from './memory-turns.ts';
import { PictureErrands } from './picture-errands.ts';
import { QueryPace } from './query-pace.ts';
import { RecentReads } from './recent-reads.ts';
import { progressFile } from './repair-progress.ts';
import { RepairSchedule } from './repair-schedule.ts';
import { nothingSeen, type RepairView } from './repair-view.ts';
import { WallEpochs } from './wall-epochs.ts';

/** What the stream's side tells. */
export type RepairSigns = {
  /** The stream is up until `connection` aborts. */
  connected(connection: AbortSignal): void;
  /** An event of a vehicle without a plate. */
  vehicleSeen(): void;
  /** By its firmware. */
  streamSendsNoPlates(): void;
  /** A heartbeat: at `at`, UTC ms of ours, the camera's wall was so far ahead of our clock. */
  wallHeard(at: number, aheadMs: number): void;
};

export type Repair = RepairSigns & {
  /** A read that came by the stream or a push, once it is safe. */
  seen(read: Detection): void;
  /**
   * A read that was safe is so no more, and nobody knows which: all that the camera remembers is asked for again, and sent
   * as if it were not known. Resolves when that would survive a kill.
   */
  forgetKnown(): Promise<void>;
  view(): RepairView;
  /** Resolves when the signal has ended it. */
  done: Promise<void>;
};

export type RepairDeps = {
  camera: CameraId;
  timeZone: TimeZone | undefined;
  client: CameraClient;
  outbox: ReadKeeper;
  /** Where the progress is kept. */
  folder: string;
  disk: Disk;
  everyMs: number;
  onSwept: OnSwept;
  /** A plate that only the memory had and that has just passed: as good as one of the stream. */
  onLiveRead: (read: Detection) => void;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

export function openRepair(deps: RepairDeps): Repair {
  const { camera, clock, log, signal } = deps;
  const schedule = new RepairSchedule(clock, deps.everyMs);
  const recent = new RecentReads();
  const file = progressFile(deps);
  const stream = new HeardStream(clock);
  const epochs = new WallEpochs(clock);
  const held = new HeldRows();
  const view = nothingSeen();
  let heardAheadMs: number | null = null;
  let errands: PictureErrands | null = null;
  let turns: MemoryTurns | null = null;
  const opened = open();

  async function open() {
    const progress = await file.read();
    epochs.resume(progress.swept);
    stream.resume(progress.sweptAt);
    const shared = { ...deps, progress, file, pace: new QueryPace(clock) };
    const pictures = new PictureErrands(shared);
    errands = pictures;
    const outbox = {
      addRead: async (read: Detection) => {
        // One that was kept may be kept once more, with what stands beside it.
        const isNews = !progress.settled.has(read.id);
        await deps.outbox.addRead(read);
        if (isNews) view.recovered += 1;
        if (isNews && !read.late) deps.onLiveRead(read);
      },
    };
    turns = new MemoryTurns({
      ...shared,
      outbox,
      recent,
      held,
      stream,
      schedule,
      epochs,
      errands: pictures,
      view,
    });
    view.cursor = progress.cursor;
    return { progress, turns };
  }

  async function run(): Promise<void> {
    const { progress, turns } = await opened;
    for (;;) {
      const turn = await schedule.turn(signal);
      if (!turns.isNeeded(turn)) continue;
      view.busy = true;
      const during = stream.connection === null ? signal : AbortSignal.any([signal, stream.connection]);
      try {
        if ((await turns.take(turn, during)) === 'not_supported') notSupported();
      } catch (error) {
        failed(error, during);
      }
      view.busy = false;
      view.sweeps += 1;
      view.cursor = progress.cursor;
    }
  }

  function notSupported(): void {
    if (view.supported !== false) {
      log.warn('repair.not_supported', { camera, reason: 'the camera has no memory of plates that can be asked' });
    }
    view.supported = false;
    view.lastError = null;
    schedule.notSupported();
  }

  function failed(error: unknown, during: AbortSignal): void {
    // While no stream is up the camera is left to its reconnect.
    schedule.failed({ soon: stream.connection !== null, lookAt: held.nextDueAt });
    // Its end was ours; the next connect asks again.
    if (during.aborted) return;
    const reason = reasonOf(error);
    const isNews = reason !== view.lastError && !(error instanceof GateError && error.code === 'camera_locked');
    if (isNews) log.warn('repair.failed', { camera, reason });
    view.lastError = reason;
  }

  return {
    connected(connection) {
      stream.connected(connection);
      turns?.beginAnew();
      errands?.hopeAgain();
      schedule.connected();
    },
    vehicleSeen() {
      stream.vehicle();
      if (!stream.carriesPlates) schedule.vehicle();
    },
    streamSendsNoPlates() {
      stream.sendsNoPlates();
    },
    wallHeard(at, aheadMs) {
      epochs.heard(at, aheadMs);
      // By the next sweep it may be right again, and what was named meanwhile lies where no sweep asks.
      if (Math.abs(aheadMs - (heardAheadMs ?? aheadMs)) > CLOCK_SET_MS) schedule.wantFull();
      heardAheadMs = aheadMs;
    },
    seen(read) {
      if (read.sources.includes('stream')) stream.read();
      recent.add(read);
    },
    async forgetKnown() {
      const { progress, turns } = await opened;
      recent.forgetAll();
      progress.settled.clear();
      // Neither does the cursor vouch for what it has passed.
      progress.remembered = 0;
      turns.askForAll();
      await file.write(progress);
    },
    view: () => ({ ...view, busy: view.busy || (errands?.waiting ?? 0) > 0 }),
    done: run()
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      })
      .then(() => turns?.leave())
      .then(() => errands?.done()),
  };
}
