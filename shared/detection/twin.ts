// Two roads may tell of one read with times that differ by a second. Only a row of the camera's memory is ever taken for
// another road's read: two live reads are two detections, however close (DESIGN, Detection). Which row is whose, where
// several are near, is for match-rows.ts alone to say.
import type { Detection } from './detection.ts';

/** A row from the memory is the read that this camera has of the same plate within so long (DESIGN, Detection). */
export const TWIN_WITHIN_MS = 5_000;
/**
 * Without a plate only lane and time are left. The roads' times differ by a second at most, and two vehicles of one lane
 * never pass within two, while within five they might.
 */
const UNREAD_TWIN_WITHIN_MS = 2_000;
/** Two roads' times of one read differ by less: by a second, and by what one of them leaves out of its seconds. */
export const ROADS_APART_MS = 2_000;

/**
 * Whatever is farther away has no say in whose a read is: a row loses one only to a row that is nearer to it, so of the
 * steps from row to read to row each is shorter than the last.
 */
export const AROUND_MS = 3 * TWIN_WITHIN_MS;

export type Told = Pick<Detection, 'camera' | 'plate' | 'lane' | 'at' | 'capturedAt'>;

function twinWithinMs({ plate }: Pick<Detection, 'plate'>): number {
  return plate === null ? UNREAD_TWIN_WITHIN_MS : TWIN_WITHIN_MS;
}

/** How far apart two tellings are; by the camera's own clock or the corrected one, whichever both roads agree on. */
export function apartMs(a: Told, b: Told): number {
  const between = (one: string, other: string) => Math.abs(Date.parse(one) - Date.parse(other));
  return Math.min(between(a.at, b.at), between(a.capturedAt, b.capturedAt));
}

export function isTwin(a: Told, b: Told): boolean {
  return isOfSame(a, b) && apartMs(a, b) <= twinWithinMs(a);
}

/** True where nothing but time tells the two vehicles apart. */
export function isOfSame(a: Told, b: Told): boolean {
  if (a.camera !== b.camera || a.plate !== b.plate) return false;
  // A road that names no lane contradicts none.
  return a.plate !== null || a.lane === undefined || b.lane === undefined || a.lane === b.lane;
}
