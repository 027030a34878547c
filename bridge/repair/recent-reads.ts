// What this bridge has read itself, live or as a replay: the camera's memory of it is no news. Memory only: after a
// restart a row is sent again, and the recorder knows it (shared/store/twins.ts).

import { withBeside } from '../../shared/detection/beside.ts';
import type { Detection, DetectionId } from '../../shared/detection/detection.ts';
import { matchRows } from '../../shared/detection/match-rows.ts';
import { AROUND_MS, apartMs } from '../../shared/detection/twin.ts';

/** An hour and a bit of a vehicle a second. */
const MAX_READS = 5_000;
const UNREAD = '';

export class RecentReads {
  readonly #byPlate = new Map<string, Detection[]>();
  #inOrder: Detection[] = [];

  add(read: Detection): void {
    const key = read.plate ?? UNREAD;
    this.#inOrder.push(read);
    const reads = this.#byPlate.get(key);
    if (reads) reads.push(read);
    else this.#byPlate.set(key, [read]);
    if (this.#inOrder.length > MAX_READS) this.#forgetOldest();
  }

  /** True when a read is this row's own: one that is nearer to a row beside it is that one's. */
  knows(row: Detection): boolean {
    const known = this.#byPlate.get(row.plate ?? UNREAD) ?? [];
    const near = known.filter((read) => read.id === row.id || apartMs(read, row) <= AROUND_MS);
    return near.length > 0 && matchRows(withBeside(row), eachOnce(near)).ofRow.has(row.id);
  }

  forgetAll(): void {
    this.#byPlate.clear();
    this.#inOrder = [];
  }

  #forgetOldest(): void {
    // In strides, since each one copies the list.
    const gone = this.#inOrder.slice(0, MAX_READS / 10);
    this.#inOrder = this.#inOrder.slice(gone.length);
    for (const read of gone) {
      const key = read.plate ?? UNREAD;
      const left = (this.#byPlate.get(key) ?? []).filter((each) => each !== read);
      if (left.length > 0) this.#byPlate.set(key, left);
      else this.#byPlate.delete(key);
    }
  }
}

/** What came by two roads, or twice by one, is one read all the same. */
function eachOnce(reads: readonly Detection[]): Detection[] {
  const byId = new Map<DetectionId, Detection>();
  for (const read of reads) {
    const sources = new Set([...(byId.get(read.id)?.sources ?? []), ...read.sources]);
    byId.set(read.id, { ...read, sources: [...sources] });
  }
  return [...byId.values()];
}
