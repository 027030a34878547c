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

type Named = Pick<WaitingRow, 'picName' | 'detection'>;

function keyOf({ picName, detection: { plate, lane } }: Named): string {
  return `${picName} ${plate ?? ''} ${lane ?? ''}`;
}

export type HeldDeps = {
  outbox: { addRead(detection: Detection): Promise<void> };
  progress: RepairProgress;
  recent: RecentReads;
};

export class HeldRows {
  /** Not by id: another zone gives a row another one, and it is no other row. */
  readonly #rows = new Map<string, WaitingRow>();

  get all(): WaitingRow[] {
    return [...this.#rows.values()];
  }

  /** Infinity where none is held. */
  get nextDueAt(): number {
    return Math.min(...this.all.map(({ dueAt }) => dueAt));
  }

  firstSeenAt(row: Named): number | null {
    return this.#rows.get(keyOf(row))?.firstSeenAt ?? null;
  }

  hold(row: WaitingRow): void {
    this.#rows.set(keyOf(row), row);
  }

  release(row: Named): void {
    this.#rows.delete(keyOf(row));
  }

  /**
   * Those of `rows` that no road has told of meanwhile are kept, sooner than by their age where need be. Resolves to how
   * many; throws Broken when the disk holds no more.
   */
  async keep(rows: readonly WaitingRow[], { outbox, progress, recent }: HeldDeps): Promise<number> {
    let kept = 0;
    for (const row of rows) {
      const { detection } = row;
      if (!progress.settled.has(detection.id) && !recent.knows(detection)) {
        await outbox.addRead(detection);
        progress.owePicture(detection.id);
        kept += 1;
      }
      progress.settle(detection.id);
      this.release(row);
    }
    return kept;
  }
}
