// Rows of the camera's memory that this bridge has in hand and has not sent, since they may still come by their own road.
// Should the camera give them no more, nobody else has them.
import type { Detection } from '../../shared/detection/detection.ts';
import type { PicName } from '../../shared/isapi/plates/pic-name.ts';
import type { RecentReads } from './recent-reads.ts';
import type { RepairProgress } from './repair-progress.ts';

/** All times are UTC ms, our clock; `passedAt`: null where the camera's clock tells no age. */
export type WaitingRow = {
  picName: PicName;
  detection: Detection;
  firstSeenAt: number;
  dueAt: number;
  passedAt: number | null;
};

export type HeldDeps = {
  outbox: { addRead(detection: Detection): Promise<void> };
  progress: RepairProgress;
  recent: RecentReads;
};

export class HeldRows {
  /** By name: another zone gives a row another id, and it is no other row. */
  readonly #rows = new Map<PicName, WaitingRow>();

  get all(): WaitingRow[] {
    return [...this.#rows.values()];
  }

  /** Infinity where none is held. */
  get nextDueAt(): number {
    return Math.min(...this.all.map(({ dueAt }) => dueAt));
  }

  firstSeenAt(name: PicName): number | null {
    return this.#rows.get(name)?.firstSeenAt ?? null;
  }

  hold(row: WaitingRow): void {
    this.#rows.set(row.picName, row);
  }

  release(name: PicName): void {
    this.#rows.delete(name);
  }

  /**
   * Those of `rows` that no road has told of meanwhile are kept, sooner than by their age where need be. Resolves to how
   * many; throws Broken when the disk holds no more.
   */
  async keep(rows: readonly WaitingRow[], { outbox, progress, recent }: HeldDeps): Promise<number> {
    let kept = 0;
    for (const { picName, detection } of rows) {
      if (!progress.settled.has(detection.id) && !recent.knows(detection)) {
        await outbox.addRead(detection);
        progress.owePicture(detection.id);
        kept += 1;
      }
      progress.settle(detection.id);
      this.release(picName);
    }
    return kept;
  }
}
