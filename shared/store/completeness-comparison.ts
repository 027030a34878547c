// What a camera's memory held against what is stored, by the recorder's own rules (match-rows.ts): the same id is the same
// read, a row is also there as the read of another road within seconds of it, and one read is there for one row.
import type { CameraId, Detection } from '../detection/detection.ts';
import { matchRows, type Passage, type ToldRow } from '../detection/match-rows.ts';
import { hourOf } from './completeness-accounts.ts';
import type { RememberedRow } from './completeness-rows.ts';

/** A stored read, as far as it is compared. */
export type StoredRead = Pick<
  Detection,
  'id' | 'camera' | 'plate' | 'lane' | 'at' | 'capturedAt' | 'sources' | 'uuid'
> & {
  /** The memory told of it first, and when it had long passed. */
  isRecovered: boolean;
};

export type LaneHour = {
  /** The instant at which the hour begins, by the camera's clock. */
  hour: string;
  /** Null where no lane was named. */
  lane: string | null;
  /** Rows that the camera's memory held. */
  camera: number;
  /** What two roads told of with a second between them counts once. */
  stored: number;
  recovered: number;
  onlyInCamera: readonly RememberedRow[];
  onlyStored: readonly StoredRead[];
};

type Compared = { camera: CameraId; rows: readonly RememberedRow[]; reads: readonly StoredRead[] };

/**
 * Each lane and hour with anything in it, oldest first. A read that a row tells of is counted where that row is. Rows of one
 * id are several on the camera's side and one on ours; a read that has `history` among its sources was in the memory,
 * whether its row is among `rows` or not.
 */
export function compareHours({ camera, rows, reads }: Compared): LaneHour[] {
  const counted = new CountedHours();
  const { passages, ofRow } = matchRows(rows.map(toldBy(camera)), reads);
  const told = new Set<Passage<StoredRead>>();
  for (const row of rows) {
    const hour = counted.at(row);
    hour.camera += 1;
    const passage = ofRow.get(row.id);
    if (passage === undefined) hour.onlyInCamera.push(row);
    else if (!told.has(passage)) {
      told.add(passage);
      count(passage, hour);
    }
  }
  for (const passage of passages) {
    const [first] = passage.toSorted((a, b) => (a.capturedAt < b.capturedAt ? -1 : 1));
    if (first === undefined || told.has(passage)) continue;
    const hour = counted.at(first);
    count(passage, hour);
    if (passage.some(({ sources }) => sources.includes('history'))) hour.camera += 1;
    else hour.onlyStored.push(first);
  }
  return counted.inOrder();
}

function count(passage: Passage<StoredRead>, hour: Counting): void {
  hour.stored += 1;
  // One road in time is enough: it would not have been lost.
  if (passage.every(({ isRecovered }) => isRecovered)) hour.recovered += 1;
}

/**
 * Those of `rows` that no stored read tells of. `among`: all rows that the memory held around them, which have reads of
 * their own.
 */
export function rowsWithoutRead({ camera, rows, reads, among = [] }: Compared & { among?: readonly RememberedRow[] }) {
  const { ofRow } = matchRows([...among, ...rows].map(toldBy(camera)), reads);
  return rows.filter(({ id }) => !ofRow.has(id));
}

function toldBy(camera: CameraId): (row: RememberedRow) => ToldRow {
  return ({ id, plate, capturedAt, lane }) => ({
    id,
    camera,
    plate,
    capturedAt,
    at: capturedAt,
    ...(lane && { lane }),
  });
}

type Counting = LaneHour & { onlyInCamera: RememberedRow[]; onlyStored: StoredRead[] };

class CountedHours {
  readonly #hours = new Map<string, Counting>();

  at(told: { capturedAt: string; lane?: string | undefined }): Counting {
    const hour = hourOf(told.capturedAt);
    const lane = told.lane || null;
    const key = `${hour} ${lane ?? ''}`;
    const known = this.#hours.get(key);
    if (known !== undefined) return known;
    const fresh = { hour, lane, camera: 0, stored: 0, recovered: 0, onlyInCamera: [], onlyStored: [] };
    this.#hours.set(key, fresh);
    return fresh;
  }

  inOrder(): LaneHour[] {
    return [...this.#hours].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, hour]) => hour);
  }
}
