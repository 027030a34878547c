// What is told of one camera's memory as a whole: how far it was read, and what it had forgotten by then.
import { type Forgotten, MAX_TOLD_GAPS, type MemoryReport } from '../../shared/store/completeness-memory.ts';
import type { RememberedRow } from '../../shared/store/completeness-rows.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import type { RepairView } from '../repair/repair-view.ts';

export type MemoryView = Pick<RepairView, 'supported' | 'gaps'>;

export type Look = { now: number; aheadMs: number | null; isWhole: boolean };

export class MemoryAccount {
  #earlier: MemoryReport | null = null;
  #isResumed = false;
  /** The oldest row of the first look, or when that was, for a memory that held none. */
  #firstSeen: { from: string; rows: number } | null = null;
  #supported: boolean | null = null;
  #sweptTo: string | null = null;
  #rememberedFrom: string | null = null;
  #lastRowAt: string | null = null;
  #aheadMs: number | null = null;
  #gaps: Forgotten[] = [];
  readonly #knownGaps = new Set<string>();
  /** Reads that nobody has any more, as far as this process was told. */
  forgotten = 0;

  /** What an earlier process told; before that, nothing may be told over it. */
  resume(earlier: MemoryReport | null): void {
    this.#earlier = earlier;
    this.#isResumed = true;
  }

  /** A look into the memory has ended at `now`, ours. One that was not whole vouches for its rows, and for no time. */
  swept(rows: readonly RememberedRow[], { now, aheadMs, isWhole }: Look): void {
    this.#aheadMs = aheadMs;
    if (isWhole) this.#sweptTo = isoInstant(now + (aheadMs ?? 0));
    const instants = rows.map(({ capturedAt }) => capturedAt).toSorted();
    this.#lastRowAt = later(this.#lastRowAt, instants.at(-1) ?? null);
    const from = instants[0] ?? this.#sweptTo;
    if (from === null || (!isWhole && this.#firstSeen !== null)) return;
    this.#firstSeen ??= { from, rows: rows.length };
    this.#rememberedFrom = earlier(this.#rememberedFrom, from);
  }

  see({ supported, gaps }: MemoryView, aheadMs: number | null): void {
    this.#supported = supported;
    for (const gap of gaps) {
      const key = `${gap.from} ${gap.to}`;
      if (this.#knownGaps.has(key)) continue;
      this.#knownGaps.add(key);
      const onItsClock = (instant: string) => isoInstant(Date.parse(instant) + (aheadMs ?? 0));
      this.#forget({ ...gap, from: onItsClock(gap.from), to: onItsClock(gap.to) });
    }
    if (this.#isResumed && this.#firstSeen !== null) this.#join(this.#firstSeen);
  }

  /**
   * Where the account of an earlier process ended, the memory must still reach back to. The repair knows that by its own
   * file; on a new disk only the account does.
   */
  #join({ from, rows }: { from: string; rows: number }): void {
    const earlier = this.#earlier;
    this.#isResumed = false;
    if (earlier === null || earlier.sweptTo === null || earlier.lastRowAt === null || from <= earlier.sweptTo) return;
    const gap = { from: earlier.sweptTo, to: from };
    if (this.#gaps.some((known) => known.from < gap.to && known.to > gap.from)) return;
    this.#forget({ ...gap, why: rows === 0 ? 'emptied' : 'rolled_over', estimate: 0 });
  }

  #forget(gap: Forgotten): void {
    this.#gaps.push(gap);
    this.forgotten += Math.max(1, gap.estimate);
  }

  report(now: number): MemoryReport {
    const before = this.#earlier;
    return {
      reportedAt: isoInstant(now),
      supported: this.#supported ?? before?.supported ?? null,
      sweptTo: this.#sweptTo ?? before?.sweptTo ?? null,
      rememberedFrom: earlier(before?.rememberedFrom ?? null, this.#rememberedFrom),
      lastRowAt: later(before?.lastRowAt ?? null, this.#lastRowAt),
      aheadMs: this.#aheadMs ?? before?.aheadMs ?? null,
      gaps: [...(before?.gaps ?? []), ...this.#gaps].slice(-MAX_TOLD_GAPS),
    };
  }
}

function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
