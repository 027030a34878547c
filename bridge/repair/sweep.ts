// One look through the camera's memory: from where, page by page, and what it means for where the next one begins.

import type { CameraClient } from '../../shared/isapi/client.ts';
import { askPlates } from '../../shared/isapi/plates/ask-plates.ts';
import { comparePicNames, picNameAt, wallMsOf } from '../../shared/isapi/plates/pic-name.ts';
import type { PlateRow } from '../../shared/isapi/plates/read-plates.ts';
import type { Log } from '../../shared/support/log.ts';
import type { CameraWall } from './camera-wall.ts';
import type { HeardRow, PageWalk, WalkFrom } from './page-walk.ts';
import type { QueryPace } from './query-pace.ts';
import type { ProgressFile, RepairProgress } from './repair-progress.ts';
import { type RowDeps, SweepTally, takeRows } from './take-rows.ts';

/** Rows of one sweep: more than any camera is known to remember, and no more than memory is for. */
const MAX_ROWS = 20_000;
/** What is named by the wall while it is being asked, and a little more. */
const NAMED_MEANWHILE_MS = 60_000;
/**
 * Before anything that a camera could have named: one without a battery begins again at 1970, and in the west that is the
 * evening before.
 */
export const BEGINNING = picNameAt(Date.UTC(1969, 0));

export type SweepDeps = RowDeps & { client: CameraClient; pace: QueryPace; file: ProgressFile; log: Log };

export type Sweep = {
  /** It is moved on, and over when the camera has no more. */
  walk: PageWalk;
  /** A camera that never comes to an end is left alone until the next turn. */
  maxPages: number;
  /** What need not be looked at, of rows that were heard; null: nothing. */
  isVouchedFor: ((heard: HeardRow) => boolean) | null;
  wall: CameraWall | null;
  signal: AbortSignal;
};

/**
 * Asks until nothing new comes. What was taken before it throws stays taken.
 * @throws what `askPlates` throws, Broken when the disk holds no more, and the signal's reason
 */
export async function sweepMemory(sweep: Sweep, deps: SweepDeps): Promise<SweepTally | 'not_supported'> {
  const { client, pace, file, progress, log, camera } = deps;
  const { walk, isVouchedFor, wall, signal } = sweep;
  const tally = new SweepTally();
  walk.begin();
  for (let page = 0; page < sweep.maxPages && tally.seen.length < MAX_ROWS && !walk.isOver; page += 1) {
    await pace.turn(signal);
    const answer = await askPlates(client, walk.after, signal);
    if (answer === 'not_supported') return answer;
    if (answer.unreadable > 0) log.warn('repair.rows.unreadable', { camera, rows: answer.unreadable });
    const added = tally.added.length;
    const backToHere = walk.here();
    const heard = walk.hear(answer.rows).filter((each) => !isVouchedFor?.(each));
    try {
      await takeRows(inOrder(heard), wall, tally, deps);
      // After the outbox has them and never before: a kill in between asks for them again.
      if (tally.added.length > added) await file.write(progress);
    } catch (error) {
      backToHere();
      throw error;
    }
  }
  return tally;
}

function inOrder(heard: readonly HeardRow[]): PlateRow[] {
  return heard.map(({ row }) => row).toSorted((a, b) => comparePicNames(a.picName, b.picName));
}

export type Since = {
  /** How far before the cursor to begin. */
  overlapMs: number;
  wall: CameraWall | null;
  /** Our clock when the sweep began, before any question. */
  startedAt: number;
};

/**
 * Rows are named by the camera's wall clock, which may have stepped since the last sweep. Before the step they bear
 * names from the cursor on; after it, names from what the wall shows now less the time that has passed. Whichever is
 * earlier is the beginning, and the overlap is for what was on its way. From either a page may have to begin.
 */
export function firstQuestion(
  { cursor, sweptAt }: Pick<RepairProgress, 'cursor' | 'sweptAt'>,
  { overlapMs, wall, startedAt }: Since,
): WalkFrom {
  if (cursor === null) return { after: BEGINNING };
  const nameAt = (wallMs: number) => picNameAt(Math.max(wallMsOf(BEGINNING), wallMs));
  const byCursor = wallMsOf(cursor);
  if (wall === null) return { after: nameAt(byCursor - overlapMs) };
  const sinceMs = Math.max(0, startedAt - (sweptAt ?? startedAt));
  const wallMs = startedAt + wall.aheadMs;
  const marks = [byCursor, wallMs - sinceMs];
  return {
    after: nameAt(Math.min(...marks) - overlapMs),
    latest: nameAt(wallMs + NAMED_MEANWHILE_MS),
    marks: marks.map(nameAt),
  };
}
