// What this bridge has read itself, live or as a replay: the camera's memory of it is no news. Memory only: after a
// restart a row is sent again, and the recorder knows it (shared/store/twins.ts).
import type { Detection } from '../../shared/detection/detection.ts';
import { isTwin } from '../../shared/detection/twin.ts';

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

  /** True when the read is known, by its id or as another road's word about the same vehicle. */
  knows(row: Detection): boolean {
    return (this.#byPlate.get(row.plate ?? UNREAD) ?? []).some((read) => read.id === row.id || isTwin(read, row));
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
