// Whether an event that bears no mark of a replay is one all the same: what comes long after its vehicle opens nothing.
import { type Comes, type Timing, TRUSTED_CLOCK_OFFSET_MS } from './camera-time.ts';

/** As old as a row of the camera's memory is when it is added (DESIGN, Detection): whatever comes later may find one. */
export const LATE_AFTER_MS = 120_000;
/** No camera holds an event back for a year: then its clock has lost the year, as clocks do (ISAPI.md 3.6). */
const LONGEST_DELAY_MS = 365 * 24 * 3_600_000;

type Arrived = Timing & {
  /** UTC ms. */
  receivedAt: number;
  /** The camera's clock minus ours; null where nobody knows. */
  clockOffsetMs: number | null;
  comes: Comes;
};

/**
 * A push may have waited in the camera: where its clock was never measured, its own word has to do. What comes by a held
 * stream has not, so that there only a clock that is known to be right makes it late.
 */
export function cameLate({ at, timeFrom, receivedAt, clockOffsetMs, comes }: Arrived): boolean {
  const isOfStream = comes === 'at_once' || comes === 'late_perhaps';
  if (timeFrom === 'arrival' || (isOfStream && clockOffsetMs === null)) return false;
  // Up to some minutes a measured offset is left in `at` (DESIGN, Camera time); a larger one that is left is none any more.
  const isLeftIn = timeFrom === 'camera' && Math.abs(clockOffsetMs ?? 0) <= TRUSTED_CLOCK_OFFSET_MS;
  const uncorrectedMs = isLeftIn ? (clockOffsetMs ?? 0) : 0;
  const delayMs = receivedAt - (Date.parse(at) - uncorrectedMs);
  return delayMs > LATE_AFTER_MS && delayMs <= LONGEST_DELAY_MS;
}
