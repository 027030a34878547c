// Whether the counts of an hour are the whole truth, and if not, why: in a sentence for the operator.
import type { ComparedHour } from '../../../shared/store/completeness.ts';
import { ACCOUNT_DAYS, HOUR_MS } from '../../../shared/store/completeness-accounts.ts';
import { type Forgotten, type MemoryReport, SETTLED_AFTER_MS } from '../../../shared/store/completeness-memory.ts';
import { isoInstant } from '../../../shared/support/clock.ts';

const DAY_MS = 24 * HOUR_MS;
/** A memory is asked every few minutes: one that was not for so long could not be. */
const UNASKED_AFTER_MS = 15 * 60_000;

export type HourState = { state: 'complete' | 'missing' | 'open' | 'unknown'; reason: string | null };

type Judged = Pick<ComparedHour, 'hour' | 'onlyInCamera' | 'isCapped' | 'isExpired'>;

/** `now`: ours. What is known to be missing comes before what nobody can tell, and that before what may still come. */
export function hourState(hour: Judged, memory: MemoryReport | null, now: number): HourState {
  const end = Date.parse(hour.hour) + HOUR_MS;
  const overdue = overdueRows(hour, memory);
  if (overdue > 0) return { state: 'missing', reason: `${overdue} in the camera’s memory, and not in the table` };
  const unknown = unknownReason(hour, memory, end, now);
  if (unknown !== null) return { state: 'unknown', reason: unknown };
  const open = openReason(memory, end, now);
  return open === null ? { state: 'complete', reason: null } : { state: 'open', reason: open };
}

function overdueRows({ onlyInCamera, isExpired }: Judged, memory: MemoryReport | null): number {
  const sweptTo = memory?.sweptTo ?? null;
  if (sweptTo === null || isExpired) return 0;
  const settled = isoInstant(Date.parse(sweptTo) - SETTLED_AFTER_MS);
  return onlyInCamera.filter(({ capturedAt }) => capturedAt <= settled).length;
}

/** A loss that was told comes first: whatever else is not known, that is. */
function unknownReason(
  { hour, isCapped, isExpired }: Judged,
  memory: MemoryReport | null,
  end: number,
  now: number,
): string | null {
  const gap = memory?.gaps.find(({ from, to }) => Date.parse(from) < end && to > hour);
  if (gap !== undefined) return gapReason(gap);
  if (memory === null) return 'the bridge has never told of this camera’s memory';
  const { supported, rememberedFrom, aheadMs } = memory;
  if (supported === false) return 'the camera has no memory of plates that can be asked';
  if (rememberedFrom !== null && hour < rememberedFrom && end > Date.parse(rememberedFrom)) {
    return `the camera’s memory reached back to ${rememberedFrom} when it was first asked`;
  }
  if (rememberedFrom !== null && hour < rememberedFrom) return 'the camera’s memory was not asked then, and forgets';
  if (end < now + (aheadMs ?? 0) - ACCOUNT_DAYS * DAY_MS) return `accounts are kept for ${ACCOUNT_DAYS} days`;
  if (isExpired) return 'the hour’s reads are kept no longer: nobody can tell whether all were stored';
  return isCapped ? 'the camera remembered more of this hour than an account has room for' : null;
}

function gapReason({ from, to, why, estimate }: Forgotten): string {
  const cause = why === 'emptied' ? 'was emptied' : 'had rolled over';
  const reads = estimate > 0 ? `; about ${estimate} reads may be lost` : '';
  return `the camera’s memory ${cause} before it was asked, and nobody listened from ${from} to ${to}${reads}`;
}

function openReason(memory: MemoryReport | null, end: number, now: number): string | null {
  const sweptTo = memory?.sweptTo ?? null;
  if (sweptTo === null) return 'the camera’s memory was not asked yet';
  if (Date.parse(sweptTo) < end) {
    const sinceMs = now + (memory?.aheadMs ?? 0) - Date.parse(sweptTo);
    const asked = sinceMs > UNASKED_AFTER_MS ? 'could not be asked since' : 'was last asked at';
    return `the camera’s memory ${asked} ${sweptTo}, before the hour was over`;
  }
  const settled = Date.parse(sweptTo) >= end + SETTLED_AFTER_MS;
  return settled ? null : 'the hour is just over: its last reads may still be on their way';
}
