// One turn at the camera's memory, from the wall by which its rows are named to what is told of those that came.
import type { TimeZone } from '../../shared/detection/camera-time.ts';
import type { CameraId } from '../../shared/detection/detection.ts';
import { comparePicNames, type PicName } from '../../shared/isapi/plates/pic-name.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import { type CameraWall, measureWall } from './camera-wall.ts';
import type { HeardStream } from './heard-stream.ts';
import { KeepHeldRows } from './keep-held-rows.ts';
import { anchorAfter, CLOCK_SET_MS, gapIn, unprovenSpan } from './memory-gap.ts';
import { NamedTwice } from './named-twice.ts';
import { type HeardRow, PageWalk } from './page-walk.ts';
import type { PictureErrands } from './picture-errands.ts';
import { MAX_SETTLED } from './repair-progress.ts';
import type { RepairSchedule, Turn } from './repair-schedule.ts';
import { type RepairView, withGap } from './repair-view.ts';
import { BEGINNING, firstQuestion, type SweepDeps, sweepMemory } from './sweep.ts';
import { ADD_AFTER_MS, type SweepTally, type SweptRow, safeUntil } from './take-rows.ts';
import type { WallEpochs } from './wall-epochs.ts';

const HOUR_MS = 3_600_000;
/**
 * An hour, by which clocks are set back twice a year, and five minutes for what was on its way: a clock that stepped
 * there and back again between two sweeps hides nothing. What hides beyond it a full sweep finds.
 */
const SWEEP_OVERLAP_MS = 65 * 60_000;
/** A look at what has just passed needs no more than the rows that were too young. */
const LOOK_OVERLAP_MS = ADD_AFTER_MS + 60_000;
/** A vehicle a second leaves no room for asking the time with each. */
const VEHICLES_WALL_MS = 30_000;
/** Questions of one turn: a camera that never comes to an end is left alone until the next one. */
const MAX_PAGES = 100;
/** Of one part of a full sweep: a vehicle and its plate wait for no more. */
const FULL_PAGES = 5;
/** Without a sweep for so many, a clock may have been set and put right meanwhile. */
const MISSED_SWEEPS = 2;
/** Of a full sweep this much is told as well where it is known: no other may have seen it. */
const TOLD_AGAIN_MS = 24 * HOUR_MS;

/** Rows that a turn saw, known ones too; `isWhole`: with them all is told that the camera had when it began. */
export type OnSwept = (camera: CameraId, rows: readonly SweptRow[], isWhole: boolean) => void;

export type TurnDeps = Omit<SweepDeps, 'clock' | 'streamCarriesPlates' | 'replayedUntil'> & {
  timeZone: TimeZone | undefined;
  everyMs: number;
  stream: HeardStream;
  schedule: RepairSchedule;
  epochs: WallEpochs;
  errands: PictureErrands;
  /** What it tells of itself; written to. */
  view: RepairView;
  onSwept: OnSwept;
  clock: Clock;
  signal: AbortSignal;
};

export class MemoryTurns {
  readonly #deps: TurnDeps;
  readonly #sweepDeps: SweepDeps;
  readonly #keepHeld: KeepHeldRows;
  readonly #namedTwice = new NamedTwice();
  /** Where an earlier turn left off. */
  #unfinished: { sweep: PageWalk | null; full: PageWalk | null } = { sweep: null, full: null };
  #wall: CameraWall | null = null;
  #wallAt = Number.NEGATIVE_INFINITY;
  #wholeAt: number | null = null;
  /** Times that nothing was known any more. */
  #askedForAll = 0;

  constructor(deps: TurnDeps) {
    this.#deps = deps;
    const { stream } = deps;
    this.#sweepDeps = {
      ...deps,
      streamCarriesPlates: () => stream.carriesPlates,
      replayedUntil: (passedAt) => stream.replayedUntil(passedAt),
    };
    this.#keepHeld = new KeepHeldRows(deps);
  }

  /** False for a look at rows that have come by their own road meanwhile. */
  isNeeded(turn: Turn): boolean {
    return turn !== 'look' || !this.#deps.held.all.every(({ detection }) => this.#deps.recent.knows(detection));
  }

  /** The next sweep begins anew: what was missed last is more urgent than what is left of an earlier one. */
  beginAnew(): void {
    this.#unfinished.sweep = null;
  }

  /** Nothing that was asked for is known any more. */
  askForAll(): void {
    this.#askedForAll += 1;
    this.#unfinished = { sweep: null, full: null };
    this.#deps.schedule.wantFull();
  }

  /** Throws what `sweepMemory` throws. */
  async take(turn: Turn, during: AbortSignal): Promise<'done' | 'not_supported'> {
    try {
      return await this.#ask(turn, during);
    } finally {
      await this.#keepHeld.due();
    }
  }

  /** Nothing is asked any more. Never rejects. */
  leave(): Promise<void> {
    return this.#keepHeld.leave();
  }

  async #ask(turn: Turn, during: AbortSignal): Promise<'done' | 'not_supported'> {
    const { clock, progress, schedule } = this.#deps;
    const startedAt = clock.now();
    await this.#measure(turn, startedAt, during);
    const missedMs = this.#wholeAt === null ? 0 : Math.abs(startedAt - this.#wholeAt);
    if (turn === 'sweep' && missedMs > MISSED_SWEEPS * this.#deps.everyMs) schedule.wantFull();
    const left = turn === 'sweep' || turn === 'full' ? this.#unfinished[turn] : null;
    const walk = left ?? this.#newWalk(turn, startedAt);
    const anchor = progress.anchor;
    const maxPages = turn === 'full' ? FULL_PAGES : MAX_PAGES;
    const isVouchedFor = turn === 'full' ? this.#vouching() : null;
    const askedForAll = this.#askedForAll;
    const asked = { walk, maxPages, isVouchedFor, wall: this.#wall, signal: during };
    const tally = await sweepMemory(asked, this.#sweepDeps);
    if (tally === 'not_supported') return tally;
    // What began with less to ask for is begun anew.
    const isOfAll = askedForAll === this.#askedForAll;
    if (turn === 'sweep' || turn === 'full') this.#unfinished[turn] = walk.isOver || !isOfAll ? null : walk;
    if (turn === 'sweep' && walk.isOver && left === null) {
      await this.#keepHeld.gone(new Set(tally.seen.map(({ picName }) => picName)), startedAt);
      this.#tellGap(anchor, tally);
      this.#tellHidden(walk);
    }
    if (walk.isOver && turn === 'full' && isOfAll) progress.remembered = walk.rows;
    if (turn === 'full') await this.#endFull(walk, tally);
    else await this.#end({ turn, isWhole: walk.isOver, tally, startedAt });
    return 'done';
  }

  /** Rows are dated by it, so a clock or a zone that was set since the last look must not be missed. */
  async #measure(turn: Turn, startedAt: number, during: AbortSignal): Promise<void> {
    const { client, clock, timeZone: configuredZone, pace, progress, schedule, epochs } = this.#deps;
    const isQuick = turn === 'vehicle' || turn === 'full';
    if (isQuick && Math.abs(startedAt - this.#wallAt) <= VEHICLES_WALL_MS) return;
    await pace.turn(during);
    const before = this.#wall ?? progress.swept;
    this.#wall = await measureWall({ client, clock, configuredZone, epochs }, during);
    this.#wallAt = startedAt;
    const steppedMs = this.#wall === null || before === null ? 0 : Math.abs(this.#wall.aheadMs - before.aheadMs);
    if (steppedMs > CLOCK_SET_MS) schedule.wantFull();
    this.#namedTwice.measured(before, this.#wall, { since: progress.sweptAt, now: startedAt });
  }

  #newWalk(turn: Turn, startedAt: number): PageWalk {
    if (turn === 'full') return new PageWalk({ after: BEGINNING, overlaps: true });
    const overlapMs = turn === 'sweep' ? SWEEP_OVERLAP_MS : LOOK_OVERLAP_MS;
    return new PageWalk(firstQuestion(this.#deps.progress, { overlapMs, wall: this.#wall, startedAt }));
  }

  /**
   * A camera that remembers more than we do would be sent anew with every full sweep. What the cursor has passed, and was
   * named as a clock names that runs on, was in a sweep; what a clock named that was set is looked at all the same.
   */
  #vouching(): ((heard: HeardRow) => boolean) | null {
    const { remembered, cursor } = this.#deps.progress;
    if (remembered <= MAX_SETTLED || cursor === null) return null;
    return ({ row, inOrder }) => inOrder && comparePicNames(row.picName, cursor) <= 0;
  }

  async #end({
    turn,
    isWhole,
    tally,
    startedAt,
  }: {
    turn: Turn;
    isWhole: boolean;
    tally: SweepTally;
    startedAt: number;
  }) {
    const { progress, stream, schedule, view, clock, held } = this.#deps;
    if (turn === 'sweep' && isWhole) {
      const sweptAt = safeUntil(tally.waiting, startedAt, progress.sweptAt);
      progress.sweptTo(sweptAt, this.#wall?.aheadMs ?? null);
      stream.swept(sweptAt);
      this.#wholeAt = clock.now();
      this.#keepHeld.swept(this.#wall && { at: startedAt, aheadMs: this.#wall.aheadMs });
    }
    await this.#keep(tally);
    view.lastSweepAt = isoInstant(clock.now());
    schedule.swept({ turn, found: tally.added.length > 0, lookAt: held.nextDueAt, isWhole });
    this.#deps.onSwept(this.#deps.camera, tally.seen, isWhole);
  }

  async #endFull(walk: PageWalk, tally: SweepTally): Promise<void> {
    const { schedule, clock, camera, onSwept } = this.#deps;
    await this.#keep(tally);
    schedule.fullSwept({ isWhole: walk.isOver, questions: walk.questions });
    const added = new Set(tally.added.map(({ row }) => row.picName));
    const since = isoInstant(clock.now() - TOLD_AGAIN_MS);
    const told = tally.seen.filter(({ picName, at }) => added.has(picName) || at >= since);
    if (told.length > 0) onSwept(camera, told, false);
  }

  async #keep({ added, unpictured }: SweepTally): Promise<void> {
    const { progress, file, view, errands, log, camera, signal } = this.#deps;
    await file.write(progress);
    if (added.length > 0) log.info('repair.recovered', { camera, reads: added.length });
    view.supported = true;
    view.lastError = null;
    errands.start(unpictured, signal);
  }

  #tellHidden(walk: PageWalk): void {
    const reason = this.#namedTwice.reasonIn(walk);
    if (reason !== null) this.#deps.log.warn('repair.rows_may_be_hidden', { camera: this.#deps.camera, reason });
  }

  #tellGap(anchor: PicName | null, tally: SweepTally): void {
    const { progress, stream, clock, view, log, camera } = this.#deps;
    if (this.#wall === null) return;
    const names = tally.seen.map(({ picName }) => picName);
    const { aheadMs } = this.#wall;
    const seen = { names, ...stream.span, aheadMs, swept: progress.swept, now: clock.now() };
    const gap = anchor === null ? unprovenSpan(seen) : gapIn({ anchor, ...seen });
    // Told once: what is gone is gone with every later sweep too.
    if (anchor !== null && !names.includes(anchor) && progress.anchor === anchor)
      progress.anchor = anchorAfter(gap, seen);
    if (gap === null) return;
    view.gaps = withGap(view.gaps, gap);
    const reason = `the camera remembers nothing between ${gap.from} and ${gap.to}, and its stream was not held`;
    log.warn('repair.gap', { camera, reason, ...gap });
  }
}
