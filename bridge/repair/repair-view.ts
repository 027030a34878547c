import type { PicName } from '../../shared/isapi/plates/pic-name.ts';
import type { MemoryGap } from './memory-gap.ts';

/** Told in the state; a camera that loses its memory every night has more. */
const MAX_GAPS = 10;

export type RepairView = {
  /** False for a camera without the plates query; null until it was asked. */
  supported: boolean | null;
  /** The memory or a picture of it is being asked for. */
  busy: boolean;
  /** Questions to the memory that came to an end, good or bad. */
  sweeps: number;
  /** The last one that was answered to its end. */
  lastSweepAt: string | null;
  /** Why the last one was not; null when it was. */
  lastError: string | null;
  cursor: PicName | null;
  /** Reads that only the memory had, since the start. */
  recovered: number;
  /** Spans of which nobody remembers anything, the latest last. */
  gaps: readonly MemoryGap[];
};

export function nothingSeen(): RepairView {
  return {
    supported: null,
    busy: false,
    sweeps: 0,
    lastSweepAt: null,
    lastError: null,
    cursor: null,
    recovered: 0,
    gaps: [],
  };
}

export function withGap(gaps: readonly MemoryGap[], gap: MemoryGap): MemoryGap[] {
  return [...gaps.slice(1 - MAX_GAPS), gap];
}
