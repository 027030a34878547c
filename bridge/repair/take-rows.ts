// Rows of the camera's memory, one by one: known already, too young to tell, or missed and now kept like any read.
import type { CameraId, Detection, DetectionId } from '../../shared/detection/detection.ts';
import { detectionFromPlate } from '../../shared/detection/from-plate.ts';
import { laterPicName, type PicName, wallMsOf } from '../../shared/isapi/plates/pic-name.ts';
import type { PlateRow } from '../../shared/isapi/plates/read-plates.ts';
import type { Clock } from '../../shared/support/clock.ts';
import type { CameraWall } from './camera-wall.ts';
import type { RecentReads } from './recent-reads.ts';
import type { RepairProgress } from './repair-progress.ts';

/** A row younger than this may still come by its own road (DESIGN, Detection). */
export const ADD_AFTER_MS = 120_000;
/** Where only the memory has plates, one that was captured so recently is a live read. */
const LIVE_WITHIN_MS = 10_000;
/** A name so far ahead of the camera's own wall was given by a clock that was wrong: it orders nothing. */
const AHEAD_OF_WALL_MS = 60_000;

export type RowDeps = {
  camera: CameraId;
  outbox: { addRead(detection: Detection): Promise<void> };
  clock: Pick<Clock, 'now'>;
  progress: RepairProgress;
  recent: RecentReads;
  /** When a row that was too young was first seen, for a camera whose clock tells no age. */
  firstSeen: Map<DetectionId, number>;
  /** False for a camera whose stream tells of vehicles and never of plates. */
  streamCarriesPlates: () => boolean;
};

export type SweptRow = {
  picName: PicName;
  capturedAt: string;
  plate: Detection['plate'];
  lane: string;
  id: DetectionId;
};
/** `passedAt`: UTC ms; null where the camera's clock tells no age. */
export type WaitingRow = { detection: Detection; dueAt: number; passedAt: number | null };
export type RememberedRead = { row: PlateRow; detection: Detection };

/** What one sweep has seen so far. */
export class SweepTally {
  readonly seen: SweptRow[] = [];
  readonly waiting: WaitingRow[] = [];
  readonly added: RememberedRead[] = [];
  /** Reads of this sweep or an earlier one whose picture is still to be fetched. */
  readonly unpictured: RememberedRead[] = [];
  /** The first name that waits: no cursor passes it. */
  blockedBy: PicName | null = null;
}

/** `rows` in their order. Resolves when each is safe, or waits; throws Broken when the disk holds no more. */
export async function takeRows(rows: readonly PlateRow[], wall: CameraWall | null, tally: SweepTally, deps: RowDeps) {
  const { camera, clock, progress } = deps;
  for (const row of rows) {
    const now = clock.now();
    const detection = detectionFromPlate(row, {
      camera,
      receivedAt: now,
      timeZone: wall?.zoneOf(row),
      clockOffsetMs: wall?.clockOffsetOf(row) ?? null,
    });
    const { id, plate, capturedAt, lane = '' } = detection;
    tally.seen.push({ picName: row.picName, capturedAt, plate, lane, id });
    const isSafe = await takeRow({ row, detection }, ageOf(row, wall, now), tally, deps);
    if (!isSafe) tally.blockedBy ??= row.picName;
    else if (tally.blockedBy === null) advance(progress, row.picName, wall, now);
  }
}

/** True when the row is safe, by this or any road. */
async function takeRow(
  { row, detection }: RememberedRead,
  age: number | null,
  tally: SweepTally,
  { outbox, clock, progress, recent, firstSeen, streamCarriesPlates }: RowDeps,
): Promise<boolean> {
  const { id } = detection;
  if (progress.settled.has(id) || recent.knows(detection)) {
    if (progress.unpictured.has(id)) tally.unpictured.push({ row, detection });
    progress.settle(id);
    firstSeen.delete(id);
    return true;
  }
  const now = clock.now();
  const isAtOnce = !streamCarriesPlates();
  const knownFor = now - (firstSeen.get(id) ?? now);
  const waitsMs = ADD_AFTER_MS - Math.max(age ?? 0, knownFor);
  if (!isAtOnce && waitsMs > 0) {
    if (!firstSeen.has(id)) firstSeen.set(id, now);
    tally.waiting.push({ detection, dueAt: now + waitsMs, passedAt: age === null || age < 0 ? null : now - age });
    return false;
  }
  const isLive = isAtOnce && age !== null && Math.abs(age) <= LIVE_WITHIN_MS;
  const read = isLive ? { ...detection, late: false } : detection;
  await outbox.addRead(read);
  progress.settle(id);
  progress.owePicture(id);
  firstSeen.delete(id);
  const added = { row, detection: read };
  tally.added.push(added);
  tally.unpictured.push(added);
  return true;
}

/**
 * Until when all that passed is safe, UTC ms, after a look that began at `startedAt` and left `waiting`; a row of unknown
 * age may be as old as what was not yet safe `before`.
 */
export function safeUntil(waiting: readonly WaitingRow[], startedAt: number, before: number | null): number {
  let until = startedAt;
  for (const { passedAt } of waiting) until = Math.min(until, passedAt ?? before ?? startedAt);
  return Math.floor(until);
}

/** By the wall alone, so that no zone has to be known; null without one. */
function ageOf({ picName }: PlateRow, wall: CameraWall | null, now: number): number | null {
  return wall === null ? null : now + wall.aheadMs - wallMsOf(picName);
}

function advance(progress: RepairProgress, name: PicName, wall: CameraWall | null, now: number): void {
  const limit = wall === null ? Number.POSITIVE_INFINITY : now + wall.aheadMs + AHEAD_OF_WALL_MS;
  if (wallMsOf(name) > limit) return;
  const { cursor } = progress;
  // A cursor from a clock that was ahead comes back with it: asking from earlier loses nothing.
  progress.cursor = cursor === null || wallMsOf(cursor) > limit ? name : laterPicName(cursor, name);
  progress.anchor = progress.cursor;
}
