// What a row of the camera's memory says of its neighbours there. Whoever sees rows one by one, in any order, then knows
// as much as whoever sees them together: which read is whose (match-rows.ts).
import { isoInstant } from '../support/clock.ts';
import { type Beside, type Detection, type DetectionId, MAX_BESIDE } from './detection.ts';
import type { ToldRow } from './match-rows.ts';
import { AROUND_MS, apartMs, isOfSame } from './twin.ts';

/** The nearest MAX_BESIDE of `others` that may compete with `row` for a read, oldest first. */
export function besideOf(row: ToldRow, others: Iterable<ToldRow>): Beside[] {
  const near = new Map<DetectionId, { other: ToldRow; apart: number }>();
  for (const other of others) {
    const apart = apartMs(row, other);
    if (other.id !== row.id && apart <= AROUND_MS && isOfSame(row, other)) near.set(other.id, { other, apart });
  }
  const nearest = [...near.values()].toSorted((a, b) => a.apart - b.apart).slice(0, MAX_BESIDE);
  return nearest
    .map(({ other: { id, capturedAt } }) => ({ id, capturedAt }))
    .toSorted((a, b) => (a.capturedAt < b.capturedAt ? -1 : 1));
}

type RowAndBeside = ToldRow & Pick<Detection, 'beside'>;

/** The row itself and those beside it. One clock named them all, so the same correction is theirs. */
export function withBeside({ beside = [], ...row }: RowAndBeside): ToldRow[] {
  const correctionMs = Date.parse(row.at) - Date.parse(row.capturedAt);
  const others = beside.map(({ id, capturedAt }) => ({
    ...row,
    id,
    capturedAt,
    at: isoInstant(Date.parse(capturedAt) + correctionMs),
  }));
  return [row, ...others];
}
