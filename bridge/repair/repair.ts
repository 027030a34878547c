// What passed while nobody listened: one camera's memory, asked again and again, and what it alone knows kept like any
// other read. Queries go through the client and its guard, one at a time, and end with the stream so that its own
// reconnect comes first.
import type { TimeZone } from '../../shared/detection/camera-time.ts';
import type { CameraId, Detection, DetectionId } from '../../shared/detection/detection.ts';
import type { CameraClient } from '../../shared/isapi/client.ts';
import type { PicName } from '../../shared/isapi/plates/pic-name.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import { GateError, reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { ReadKeeper } from '../alert-stream/keep-event.ts';
import type { Disk } from '../outbox/disk.ts';
import { type CameraWall, measureWall } from './camera-wall.ts';
import { HeardStream } from './heard-stream.ts';
import { anchorAfter, gapIn, type MemoryGap } from './memory-gap.ts';
import { PictureErrands } from './picture-errands.ts';
import { QueryPace } from './query-pace.ts';
import { RecentReads } from './recent-reads.ts';
import { progressFile } from './repair-progress.ts';
import { RepairSchedule, type Turn } from './repair-schedule.ts';
import { type SweepDeps, type SweepEnd, sweepMemory } from './sweep.ts';
import { ADD_AFTER_MS, type SweptRow, safeUntil, type WaitingRow } from './take-rows.ts';

/**
 * An hour, by which clocks are set back twice a year, and five minutes for what was on its way: a clock that stepped
 * there and back again between two sweeps hides nothing.
 */
const SWEEP_OVERLAP_MS = 65 * 60_000;
/** A look at what has just passed needs no more than the rows that were too young. */
const LOOK_OVERLAP_MS = ADD_AFTER_MS + 60_000;
/** A vehicle a second leaves no room for asking the time with each. */
const VEHICLES_WALL_MS = 30_000;
/** Told in the state; a camera that loses its memory every night has more. */
const MAX_GAPS = 10;

export type RepairView = {
  /** False for a camera without the plates query; null until it was asked. */
  supported: boolean | null;
  /** The memory or a picture of it is being asked for. */
  busy: boolean;
  /** Questions to the memory that came to an end, good or bad. */
  sweeps: number;
  /** The last one that was answered to its end. */
  lastSweepAt: string | null;
  /** Why the last one was not; null when it was. */
  lastError: string | null;
  cursor: PicName | null;
  /** Reads that only the memory had, since the start. */
  recovered: number;
  /** Spans of which nobody remembers anything, the latest last. */
  gaps: readonly MemoryGap[];
};

/** What the stream's side tells. */
export type RepairSigns = {
  /** The stream is up until `connection` aborts. */
  connected(connection: AbortSignal): void;
  /** An event of a vehicle without a plate. */
  vehicleSeen(): void;
  /** By its firmware. */
  streamSendsNoPlates(): void;
};

export type Repair = RepairSigns & {
  /** A read that came by the stream or a push, once it is safe. */
  seen(read: Detection): void;
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
  /** All rows that a look through the memory saw, known ones too. */
  onSwept: (camera: CameraId, rows: readonly SweptRow[]) => void;
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
  const pace = new QueryPace(clock);
  const firstSeen = new Map<DetectionId, number>();
  const stream = new HeardStream(clock);
  const view: RepairView & { gaps: MemoryGap[] } = {
    supported: null,
    busy: false,
    sweeps: 0,
    lastSweepAt: null,
    lastError: null,
    cursor: null,
    recovered: 0,
    gaps: [],
  };
  let wall: CameraWall | null = null;
  let wallAt = Number.NEGATIVE_INFINITY;
  let waiting: readonly WaitingRow[] = [];
  let resumeAfter: PicName | null = null;
  let errands: PictureErrands | null = null;

  async function run(): Promise<void> {
    const progress = await file.read();
    const shared = { ...deps, progress, file, pace };
    errands = new PictureErrands(shared);
    const outbox = {
      addRead: async (read: Detection) => {
        await deps.outbox.addRead(read);
        view.recovered += 1;
        if (!read.late) deps.onLiveRead(read);
      },
    };
    const sweepDeps: SweepDeps = {
      ...shared,
      outbox,
      recent,
      firstSeen,
      streamCarriesPlates: () => stream.carriesPlates,
    };
    view.cursor = progress.cursor;
    for (;;) {
      const turn = await schedule.turn(signal);
      if (turn === 'look' && waiting.every(({ detection }) => recent.knows(detection))) continue;
      view.busy = true;
      const during = stream.connection === null ? signal : AbortSignal.any([signal, stream.connection]);
      await takeTurn(turn, during, sweepDeps).catch((error: unknown) => failed(error, during));
      view.busy = false;
      view.sweeps += 1;
      view.cursor = progress.cursor;
    }
  }

  async function takeTurn(turn: Turn, during: AbortSignal, sweepDeps: SweepDeps): Promise<void> {
    const startedAt = clock.now();
    // Rows are dated by it, so a clock or a zone that was set since the last look must not be missed.
    if (turn !== 'vehicle' || Math.abs(startedAt - wallAt) > VEHICLES_WALL_MS) {
      await pace.turn(during);
      const { client, timeZone: configuredZone } = deps;
      wall = await measureWall({ client, clock, configuredZone }, during);
      wallAt = startedAt;
    }
    const resumed = turn === 'sweep' ? resumeAfter : null;
    const overlapMs = turn === 'sweep' ? SWEEP_OVERLAP_MS : LOOK_OVERLAP_MS;
    const anchor = sweepDeps.progress.anchor;
    const end = await sweepMemory({ resumeAfter: resumed, overlapMs, wall, startedAt, signal: during }, sweepDeps);
    if (end === 'not_supported') return notSupported();
    if (turn === 'sweep') {
      resumeAfter = end.resumeAfter;
      if (resumed === null && resumeAfter === null) tellGap(anchor, end, sweepDeps);
    }
    await finish(turn, end, startedAt, sweepDeps);
  }

  async function finish(turn: Turn, end: SweepEnd, startedAt: number, sweepDeps: SweepDeps): Promise<void> {
    const { tally } = end;
    const isWhole = end.resumeAfter === null;
    waiting = tally.waiting;
    const lookAt = Math.min(...waiting.map(({ dueAt }) => dueAt));
    if (turn === 'sweep' && isWhole) {
      const sweptAt = safeUntil(waiting, startedAt, sweepDeps.progress.sweptAt);
      sweepDeps.progress.sweptTo(sweptAt, wall?.aheadMs ?? null);
      stream.swept(sweptAt);
      forgetGone(waiting);
    }
    await file.write(sweepDeps.progress);
    if (tally.added.length > 0) log.info('repair.recovered', { camera, reads: tally.added.length });
    view.supported = true;
    view.lastSweepAt = isoInstant(clock.now());
    view.lastError = null;
    schedule.swept({ turn, found: tally.added.length > 0, lookAt, isWhole });
    errands?.start(tally.unpictured, signal);
    deps.onSwept(camera, tally.seen);
  }

  function forgetGone(rows: readonly WaitingRow[]): void {
    const ids = new Set(rows.map(({ detection }) => detection.id));
    for (const id of firstSeen.keys()) if (!ids.has(id)) firstSeen.delete(id);
  }

  function tellGap(anchor: PicName | null, { tally }: SweepEnd, { progress }: SweepDeps): void {
    if (anchor === null || wall === null) return;
    const names = tally.seen.map(({ picName }) => picName);
    const seen = { anchor, names, ...stream.span, aheadMs: wall.aheadMs, swept: progress.swept, now: clock.now() };
    const gap = gapIn(seen);
    // Told once: what is gone is gone with every later sweep too.
    if (!names.includes(anchor) && progress.anchor === anchor) progress.anchor = anchorAfter(gap, seen);
    if (gap === null) return;
    view.gaps = [...view.gaps.slice(1 - MAX_GAPS), gap];
    const reason = `the camera remembers nothing between ${gap.from} and ${gap.to}, and its stream was not held`;
    log.warn('repair.gap', { camera, reason, ...gap });
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
    schedule.failed({ soon: stream.connection !== null });
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
      resumeAfter = null;
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
    seen(read) {
      if (read.sources.includes('stream')) stream.read();
      recent.add(read);
    },
    view: () => ({ ...view, busy: view.busy || (errands?.waiting ?? 0) > 0 }),
    done: run()
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      })
      .then(() => errands?.done()),
  };
}
