// One look through the camera's memory: from where, page by page, and what it means for where the next one begins.

import type { CameraClient } from '../../shared/isapi/client.ts';
import { askPlates } from '../../shared/isapi/plates/ask-plates.ts';
import {
  comparePicNames,
  laterPicName,
  type PicName,
  picNameAt,
  wallMsOf,
} from '../../shared/isapi/plates/pic-name.ts';
import type { Log } from '../../shared/support/log.ts';
import type { CameraWall } from './camera-wall.ts';
import type { QueryPace } from './query-pace.ts';
import type { ProgressFile, RepairProgress } from './repair-progress.ts';
import { type RowDeps, SweepTally, takeRows } from './take-rows.ts';

/** Pages of one sweep: a camera that never comes to an end is left alone until the next one. */
const MAX_PAGES = 100;
/** Rows of one sweep: more than any camera remembers, and no more than memory is for. */
const MAX_ROWS = 20_000;
/** Before anything that a camera of this kind could have named. */
const BEGINNING_MS = Date.UTC(2000, 0);

export type SweepDeps = RowDeps & { client: CameraClient; pace: QueryPace; file: ProgressFile; log: Log };

export type Sweep = {
  /** Where an earlier one left off; null to begin by the cursor. */
  resumeAfter: PicName | null;
  /** How far before the cursor to begin. */
  overlapMs: number;
  wall: CameraWall | null;
  /** Our clock when the sweep began, before any question. */
  startedAt: number;
  signal: AbortSignal;
};

/** `resumeAfter`: null when the camera has no more. */
export type SweepEnd = { tally: SweepTally; resumeAfter: PicName | null };

/**
 * Asks until nothing new comes. What was taken before it throws stays taken.
 * @throws what `askPlates` throws, Broken when the disk holds no more, and the signal's reason
 */
export async function sweepMemory(sweep: Sweep, deps: SweepDeps): Promise<SweepEnd | 'not_supported'> {
  const { client, pace, file, progress, log, camera } = deps;
  const tally = new SweepTally();
  const seen = new Set<PicName>();
  let after = sweep.resumeAfter ?? firstQuestion(progress, sweep);
  let top = after;
  for (let page = 0; page < MAX_PAGES && seen.size < MAX_ROWS; page += 1) {
    await pace.turn(sweep.signal);
    const answer = await askPlates(client, after, sweep.signal);
    if (answer === 'not_supported') return answer;
    if (answer.unreadable > 0) log.warn('repair.rows.unreadable', { camera, rows: answer.unreadable });
    // Cameras append rows that nobody asked for (ISAPI.md 9).
    const rows = answer.rows.filter(({ picName }) => comparePicNames(picName, after) > 0 && !seen.has(picName));
    const last = rows.at(-1);
    if (last === undefined) {
      if (after === top) return { tally, resumeAfter: null };
      after = top;
      continue;
    }
    for (const { picName } of rows) {
      seen.add(picName);
      top = laterPicName(top, picName);
    }
    await takeRows(
      rows.toSorted((a, b) => comparePicNames(a.picName, b.picName)),
      sweep.wall,
      tally,
      deps,
    );
    // After the outbox has them and never before: a kill in between asks for them again.
    if (tally.added.length > 0) await file.write(progress);
    // A camera lists as it has stored. Once its clock was set back, names of a page's end are not the highest, and what
    // follows is found only from there; the highest comes last.
    after = last.picName;
  }
  return { tally, resumeAfter: after };
}

/**
 * Rows are named by the camera's wall clock, which may have stepped since the last sweep. Before the step they bear
 * names from the cursor on; after it, names from what the wall shows now less the time that has passed. Whichever is
 * earlier is the beginning, and the overlap is for what was on its way.
 */
export function firstQuestion(
  { cursor, sweptAt }: Pick<RepairProgress, 'cursor' | 'sweptAt'>,
  { overlapMs, wall, startedAt }: Pick<Sweep, 'overlapMs' | 'wall' | 'startedAt'>,
): PicName {
  if (cursor === null) return picNameAt(BEGINNING_MS);
  const sinceMs = Math.max(0, startedAt - (sweptAt ?? startedAt));
  const bySteps = wall === null ? Number.POSITIVE_INFINITY : startedAt + wall.aheadMs - sinceMs;
  return picNameAt(Math.max(BEGINNING_MS, Math.min(wallMsOf(cursor), bySteps) - overlapMs));
}
