// What a camera's memory held against what is stored, by the recorder's own rules: the same id is the same read, and a
// row is also there as the read of another road within seconds of it (record-twins.ts).
import type { CameraId, Detection, DetectionId } from '../detection/detection.ts';
import { apartMs, isTwin, TWIN_WITHIN_MS } from '../detection/twin.ts';
import { hourOf } from './completeness-accounts.ts';
import type { RememberedRow } from './completeness-rows.ts';

/** A stored read, as far as it is compared. */
export type StoredRead = Pick<Detection, 'id' | 'camera' | 'plate' | 'lane' | 'at' | 'capturedAt' | 'sources'> & {
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
  stored: number;
  recovered: number;
  onlyInCamera: readonly RememberedRow[];
  onlyStored: readonly StoredRead[];
};

type Compared = { camera: CameraId; rows: readonly RememberedRow[]; reads: readonly StoredRead[] };

/**
 * Each lane and hour with anything in it, oldest first. A read that a row tells of is counted where that row is. Two rows
 * that tell of one read are two on the camera's side and one on ours; a read that has `history` among its sources was in
 * the memory, whether its row is among `rows` or not.
 */
export function compareHours({ camera, rows, reads }: Compared): LaneHour[] {
  const counted = new CountedHours();
  const readOf = readFinder({ camera, reads });
  const toldOf = new Set<DetectionId>();
  for (const row of rows) {
    const hour = counted.at(row);
    hour.camera += 1;
    const read = readOf(row);
    if (read === undefined) hour.onlyInCamera.push(row);
    else if (!toldOf.has(read.id)) {
      toldOf.add(read.id);
      hour.stored += 1;
      if (read.isRecovered) hour.recovered += 1;
    }
  }
  for (const read of reads) {
    if (toldOf.has(read.id)) continue;
    const hour = counted.at(read);
    hour.stored += 1;
    if (read.isRecovered) hour.recovered += 1;
    if (read.sources.includes('history')) hour.camera += 1;
    else hour.onlyStored.push(read);
  }
  return counted.inOrder();
}

/** The rows that no stored read tells of. */
export function rowsWithoutRead({ rows, ...stored }: Compared): RememberedRow[] {
  const readOf = readFinder(stored);
  return rows.filter((row) => readOf(row) === undefined);
}

function readFinder({ camera, reads }: Omit<Compared, 'rows'>) {
  const byId = new Map(reads.map((read) => [read.id, read]));
  const byMoment = new Map<string, Set<StoredRead>>();
  // What only the memory told of is another row's read, never this one's.
  for (const read of reads.filter(({ sources }) => sources.some((source) => source !== 'history'))) {
    for (const instant of [read.at, read.capturedAt]) {
      const key = momentOf(read.plate, slotOf(instant));
      byMoment.set(key, (byMoment.get(key) ?? new Set()).add(read));
    }
  }

  return (row: RememberedRow): StoredRead | undefined => {
    const own = byId.get(row.id);
    if (own !== undefined) return own;
    const { plate, capturedAt, lane } = row;
    const told = { camera, plate, capturedAt, at: capturedAt, ...(lane && { lane }) };
    const slot = slotOf(capturedAt);
    const near = [slot - 1, slot, slot + 1].flatMap((each) => [...(byMoment.get(momentOf(plate, each)) ?? [])]);
    const twins = near.filter((read) => isTwin(told, read));
    return twins.toSorted((a, b) => apartMs(told, a) - apartMs(told, b) || (a.id < b.id ? -1 : 1))[0];
  };
}

/** Twins are in the same slot or in neighbouring ones. */
function slotOf(instant: string): number {
  return Math.floor(Date.parse(instant) / TWIN_WITHIN_MS);
}

function momentOf(plate: Detection['plate'], slot: number): string {
  return `${slot} ${plate ?? ''}`;
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
