// The rule about the camera's memory (DESIGN, Detection): a row that only the memory has is a read of its own only where
// that camera has no other read of the vehicle. Whichever comes first, and however often, one row is left.
import type { Detection, DetectionId } from '../detection/detection.ts';
import type { Clock } from '../support/clock.ts';
import type { Twins } from './twins.ts';

/**
 * A row of the memory is two minutes old before it is sent. A read that was stored sooner than this after it came can
 * therefore have no such row before it, and need not look for one.
 */
const PROMPT_MS = 90_000;

type Dependencies = {
  /** One conditional update of the row with the detection's own id. */
  merge: (detection: Detection) => Promise<'created' | 'merged'>;
  get: (id: DetectionId) => Promise<Detection | null>;
  twins: Twins;
  clock: Pick<Clock, 'now'>;
};

export function recordingTwins({ merge, get, twins, clock }: Dependencies) {
  return async function record(detection: Detection): Promise<'created' | 'merged' | 'matched'> {
    return isOnlyHistory(detection) ? recordHistory(detection) : recordRead(detection);
  };

  async function recordHistory(detection: Detection): Promise<'created' | 'merged' | 'matched'> {
    const own = await get(detection.id);
    if (own !== null && !isOnlyHistory(own)) return merge(detection);
    if (await joinRead(detection)) return 'matched';
    const outcome = await merge(detection);
    // The read may have been stored while this was; then one of the two that look afterwards sees the other.
    return (await joinRead(detection)) ? 'matched' : outcome;
  }

  /** True when another road's read of this vehicle has it now. */
  async function joinRead(detection: Detection): Promise<boolean> {
    const read = (await twins.of(detection)).find((other) => !isOnlyHistory(other));
    if (read === undefined) return false;
    await absorb(read, detection);
    return true;
  }

  async function recordRead(detection: Detection): Promise<'created' | 'merged'> {
    const outcome = await merge(detection);
    const isPrompt = !detection.late && clock.now() - Date.parse(detection.receivedAt) < PROMPT_MS;
    if (isPrompt) return outcome;
    for (const row of (await twins.of(detection)).filter(isOnlyHistory)) await absorb(detection, row);
    return outcome;
  }

  /** `row` of the memory becomes a part of `read`: what that one does not know, its pictures too, and its source. */
  async function absorb(read: Detection, row: Detection): Promise<void> {
    // Only the row's own facts differ; the read's instants are its place in every list.
    const { id, at, capturedAt, timeFrom } = read;
    await merge({ ...row, id, at, capturedAt, timeFrom });
    await twins.remove(row.id);
  }
}

function isOnlyHistory({ sources }: Detection): boolean {
  return sources.every((source) => source === 'history');
}
