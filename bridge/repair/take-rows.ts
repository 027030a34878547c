// Rows of the camera's memory, one by one: known already, too young to tell, or missed and now kept like any read.
import { besideOf } from '../../shared/detection/beside.ts';
import type { CameraId, Detection, DetectionId } from '../../shared/detection/detection.ts';
import { detectionFromPlate } from '../../shared/detection/from-plate.ts';
import { Nearby } from '../../shared/detection/nearby.ts';
import { AROUND_MS, apartMs } from '../../shared/detection/twin.ts';
import { laterPicName, type PicName, wallMsOf } from '../../shared/isapi/plates/pic-name.ts';
import type { PlateRow } from '../../shared/isapi/plates/read-plates.ts';
import type { Clock } from '../../shared/support/clock.ts';
import type { CameraWall } from './camera-wall.ts';
import type { HeldRows, WaitingRow } from './held-rows.ts';
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
  /** Rows that were too young; since when they are known is their age where the camera's clock tells none. */
  held: HeldRows;
  /** False for a camera whose stream tells of vehicles and never of plates. */
  streamCarriesPlates: () => boolean;
  /** As of HeardStream. */
  replayedUntil: (passedAt: number) => number | null;
};

export type SweptRow = {
  picName: PicName;
  capturedAt: string;
  /** As far as the camera's clock was known to be off, corrected. */
  at: string;
  plate: Detection['plate'];
  lane: string;
  id: DetectionId;
};
export type RememberedRead = { row: PlateRow; detection: Detection };

/** What one sweep has seen so far. */
export class SweepTally {
  readonly seen: SweptRow[] = [];
  readonly waiting: WaitingRow[] = [];
  readonly added: RememberedRead[] = [];
  /** Reads of this sweep or an earlier one whose picture is still to be fetched. */
  readonly unpictured: RememberedRead[] = [];
  /** Rows that were found safe or added just now, in their order, and no earlier sweep had known. */
  readonly judged: RememberedRead[] = [];
  /** The first name that waits: no cursor passes it. */
  blockedBy: PicName | null = null;
  readonly #near = new Nearby<Detection>(AROUND_MS);

  see({ row: { picName }, detection }: RememberedRead): void {
    const { id, plate, capturedAt, at, lane = '' } = detection;
    this.seen.push({ picName, capturedAt, at, plate, lane, id });
    this.#near.add(detection);
  }

  /** With the rows beside it, as far as they were seen. */
  withBeside(detection: Detection): Detection {
    const beside = besideOf(detection, this.#near.of(detection));
    return beside.length === 0 ? detection : { ...detection, beside };
  }
}

/** `rows` in their order. Resolves when each is safe, or waits; throws Broken when the disk holds no more. */
export async function takeRows(rows: readonly PlateRow[], wall: CameraWall | null, tally: SweepTally, deps: RowDeps) {
  const { camera, clock, progress } = deps;
  const now = clock.now();
  const reads = rows.map((row) => {
    const [timeZone, clockOffsetMs] = [wall?.zoneOf(row), wall?.clockOffsetOf(row) ?? null];
    return { row, detection: detectionFromPlate(row, { camera, receivedAt: now, timeZone, clockOffsetMs }) };
  });
  for (const read of reads) tally.see(read);
  // Rows that wait may have neighbours on this page too.
  for (const row of tally.waiting) row.detection = tally.withBeside(row.detection);
  await judgeAgain(reads, tally, deps);
  for (const { row, detection } of reads) {
    const read = { row, detection: tally.withBeside(detection) };
    const isSafe = await takeRow(read, ageOf(row, wall, now), tally, deps);
    if (!isSafe) tally.blockedBy ??= row.picName;
    else if (tally.blockedBy === null) advance(progress, row.picName, wall, now);
  }
}

/**
 * Rows at the end of the page before were judged by what stood beside them there. Those that have neighbours on this page
 * too are told again with them, and kept where a read was taken for theirs that is a neighbour's.
 */
async function judgeAgain(page: readonly RememberedRead[], tally: SweepTally, deps: RowDeps) {
  const { outbox, recent, progress } = deps;
  const [first] = page;
  if (first === undefined) return;
  for (const read of tally.judged.toReversed()) {
    if (apartMs(read.detection, first.detection) > AROUND_MS) return;
    const detection = tally.withBeside(read.detection);
    if (detection.beside?.length === read.detection.beside?.length) continue;
    read.detection = detection;
    if (recent.knows(detection)) continue;
    const { id } = detection;
    // Nothing is settled that the outbox may refuse.
    progress.settled.delete(id);
    await outbox.addRead(detection);
    progress.settle(id);
    if (tally.added.includes(read)) continue;
    progress.owePicture(id);
    for (const list of [tally.added, tally.unpictured]) list.push(read);
  }
}

/** True when the row is safe, by this or any road. */
async function takeRow(
  read: RememberedRead,
  age: number | null,
  tally: SweepTally,
  { outbox, clock, progress, recent, held, streamCarriesPlates, replayedUntil }: RowDeps,
): Promise<boolean> {
  const { row, detection } = read;
  const { picName } = row;
  const { id } = detection;
  const isSettled = progress.settled.has(id);
  if (isSettled || recent.knows(detection)) {
    if (!isSettled) tally.judged.push(read);
    if (progress.unpictured.has(id)) tally.unpictured.push(read);
    progress.settle(id);
    held.release({ picName, detection });
    return true;
  }
  const now = clock.now();
  const isAtOnce = !streamCarriesPlates();
  const firstSeenAt = held.firstSeenAt({ picName, detection }) ?? now;
  const passedAt = age === null || age < 0 ? null : now - age;
  const ofAgeAt = now + ADD_AFTER_MS - Math.max(age ?? 0, now - firstSeenAt);
  const replayed = passedAt === null || ofAgeAt <= now ? null : replayedUntil(passedAt);
  const dueAt = replayed ?? ofAgeAt;
  if (!isAtOnce && dueAt > now) {
    const waiting = { picName, detection, firstSeenAt, dueAt, passedAt };
    tally.waiting.push(waiting);
    held.hold(waiting);
    return false;
  }
  const isLive = isAtOnce && age !== null && Math.abs(age) <= LIVE_WITHIN_MS;
  if (isLive) read.detection = { ...detection, late: false };
  await outbox.addRead(read.detection);
  progress.settle(id);
  progress.owePicture(id);
  held.release({ picName, detection });
  for (const list of [tally.judged, tally.added, tally.unpictured]) list.push(read);
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
