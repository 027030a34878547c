// Which row of the camera's memory is which read. One row is one read and one read covers one row, so that the same truck
// again within seconds is not taken for the first one; the bridge, the recorder and completeness all ask here. With all rows
// known, a further read of one road takes from no row what it had: these may come in any order.
import type { Detection, DetectionId } from './detection.ts';
import { Nearby } from './nearby.ts';
import { apartMs, isOfSame, isTwin, ROADS_APART_MS, type Told, TWIN_WITHIN_MS } from './twin.ts';

export type ToldRow = Told & Pick<Detection, 'id'>;
export type ToldRead = ToldRow & Pick<Detection, 'sources' | 'uuid'>;
/** What was read of one vehicle: one read, or one by each of two roads that differ by a second. */
export type Passage<Read> = readonly Read[];

export type MatchedRows<Read> = {
  /** Every read is in one. */
  passages: readonly Passage<Read>[];
  /** By a row's id; rows that no read tells of are not in it. */
  ofRow: ReadonlyMap<DetectionId, Passage<Read>>;
};

/**
 * The same id first, then the nearest, then the older. A read that only the memory has told of is no row's but its own,
 * by the id. Rows of one id are one row.
 */
export function matchRows<Read extends ToldRead>(rows: readonly ToldRow[], reads: readonly Read[]): MatchedRows<Read> {
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const passages = passagesOf(reads, rowsById);
  const ofRow = new Map<DetectionId, Passage<Read>>();
  const free = new Map<Read, Passage<Read>>();
  for (const passage of passages) {
    const own = passage.find(({ id }) => rowsById.has(id));
    if (own !== undefined) ofRow.set(own.id, passage);
    else for (const read of passage) if (roadsOf(read).length > 0) free.set(read, passage);
  }
  const near = new Nearby(TWIN_WITHIN_MS, free.keys());
  const left = [...rowsById.values()].filter(({ id }) => !ofRow.has(id));
  const pairs = left.flatMap((row) =>
    near
      .of(row)
      .filter((read) => isTwin(row, read))
      .map((read) => pairOf(row, read)),
  );
  const taken = new Set<Passage<Read>>();
  for (const { one: row, other: read } of nearestFirst(pairs)) {
    const passage = free.get(read);
    if (passage === undefined || taken.has(passage) || ofRow.has(row.id)) continue;
    taken.add(passage);
    ofRow.set(row.id, passage);
  }
  return { passages, ofRow };
}

/** Two reads that each have their own row are two passages, whatever else speaks for one. */
function passagesOf<Read extends ToldRead>(
  reads: readonly Read[],
  rows: ReadonlyMap<DetectionId, ToldRow>,
): Passage<Read>[] {
  const near = new Nearby(TWIN_WITHIN_MS, reads);
  const pairs = reads.flatMap((read) =>
    near
      .of(read)
      .filter((other) => isBefore(read, other) && !(rows.has(read.id) && rows.has(other.id)))
      .filter((other) => isSamePassage(read, other))
      .map((other) => pairOf(read, other)),
  );
  const joined = new Set<Read>();
  const passages: Passage<Read>[] = [];
  for (const { one, other } of nearestFirst(pairs)) {
    if (joined.has(one) || joined.has(other)) continue;
    joined.add(one).add(other);
    passages.push([one, other]);
  }
  return [...passages, ...reads.filter((read) => !joined.has(read)).map((read) => [read])];
}

function isBefore(a: ToldRow, b: ToldRow): boolean {
  return a.capturedAt === b.capturedAt ? a.id < b.id : a.capturedAt < b.capturedAt;
}

/** Each road tells of a vehicle once: what one road told twice are two, and so is what both told of already. */
function isSamePassage(a: ToldRead, b: ToldRead): boolean {
  const [roads, others] = [roadsOf(a), roadsOf(b)];
  if (roads.length !== 1 || others.length !== 1 || roads[0] === others[0] || !isOfSame(a, b)) return false;
  const isSameEvent = a.uuid !== undefined && a.uuid === b.uuid;
  return apartMs(a, b) < ROADS_APART_MS || (isSameEvent && apartMs(a, b) <= TWIN_WITHIN_MS);
}

function roadsOf({ sources }: ToldRead): ToldRead['sources'] {
  return sources.filter((source) => source !== 'history');
}

type Pair<One, Other> = { one: One; other: Other; apart: number };

function pairOf<One extends Told, Other extends Told>(one: One, other: Other): Pair<One, Other> {
  return { one, other, apart: apartMs(one, other) };
}

/** One order for all that ask, whatever the order in which they know of rows and reads. */
function nearestFirst<One extends ToldRow, Other extends ToldRow>(
  pairs: readonly Pair<One, Other>[],
): Pair<One, Other>[] {
  const places = ({ one, other }: Pair<One, Other>) => [one.capturedAt, other.capturedAt, one.id, other.id].join(' ');
  return pairs.toSorted((a, b) => a.apart - b.apart || (places(a) < places(b) ? -1 : 1));
}
