// The rule about the camera's memory (DESIGN, Detection): a row that only the memory has is a read of its own only where
// no other road's read of the vehicle is its own. Whichever comes first, and however often, a vehicle's passage is one row:
// each message says which rows stood beside it, and what is stored keeps that, so that every look sees all of them.
import { withBeside } from '../detection/beside.ts';
import type { Detection } from '../detection/detection.ts';
import { type MatchedRows, matchRows } from '../detection/match-rows.ts';
import { apartMs } from '../detection/twin.ts';
import type { Clock } from '../support/clock.ts';
import type { Twins } from './twins.ts';

/**
 * A row of the memory is two minutes old before it is sent, or twenty seconds where the camera may forget it. A read that
 * came when it was captured, and is stored sooner than this after it came, can have no such row before it.
 */
const PROMPT_MS = 15_000;
/** Beyond it either the read was held back or the camera's clock is wrong, and the read's age is not known. */
const AT_ONCE_MS = 10_000;

type Dependencies = {
  /** One conditional update of the row with the detection's own id. */
  merge: (detection: Detection) => Promise<'created' | 'merged'>;
  twins: Twins;
  clock: Pick<Clock, 'now'>;
};

export function recordingTwins({ merge, twins, clock }: Dependencies) {
  return async function record(detection: Detection): Promise<'created' | 'merged' | 'matched'> {
    return isOnlyHistory(detection) ? recordHistory(detection) : recordRead(detection);
  };

  async function recordHistory(row: Detection): Promise<'created' | 'merged' | 'matched'> {
    if (!tellsTime(row)) return merge(row);
    const near = await twins.around(row);
    if (near.some((own) => own.id === row.id && !isOnlyHistory(own))) return merge(row);
    if (await joinRead(row, near)) return 'matched';
    const outcome = await merge(row);
    // The read may have been stored while this was; then one of the two that look afterwards sees the other.
    return (await joinRead(row, await twins.around(row))) ? 'matched' : outcome;
  }

  /** True when another road's read of this vehicle has it now. */
  async function joinRead(row: Detection, near: readonly Detection[]): Promise<boolean> {
    const read = nearestRead(matched([row, ...near]), row);
    if (read === undefined) return false;
    await absorb(read, row);
    return true;
  }

  async function recordRead(read: Detection): Promise<'created' | 'merged'> {
    const outcome = await merge(read);
    if (isPrompt(read)) return outcome;
    const near = await twins.around(read);
    const whose = matched(near);
    // One that another read was thought to be, before this one came, may be that one's only now.
    for (const row of near.filter(isOnlyHistory)) {
      const its = nearestRead(whose, row);
      if (its !== undefined) await absorb(its, row);
    }
    return outcome;
  }

  function isPrompt({ late, at, receivedAt, timeFrom }: Detection): boolean {
    const received = Date.parse(receivedAt);
    // Dated by its arrival, it tells nothing of how long it was on its way.
    return (
      !late &&
      timeFrom !== 'arrival' &&
      clock.now() - received < PROMPT_MS &&
      Math.abs(received - Date.parse(at)) <= AT_ONCE_MS
    );
  }

  /** `row` of the memory becomes a part of `read`: what that one does not know, its pictures too, and its source. */
  async function absorb(read: Detection, row: Detection): Promise<void> {
    // Only the row's own facts differ; the read's instants are its place in every list.
    const { id, at, capturedAt, timeFrom } = read;
    const { beside: _, ...facts } = row;
    await merge({ ...facts, id, at, capturedAt, timeFrom });
    await twins.remove(row.id);
  }
}

function matched(near: readonly Detection[]): MatchedRows<Detection> {
  // A read that has its row's own id keeps what was beside that.
  const rows = near.filter((each) => tellsTime(each) && (isOnlyHistory(each) || each.beside !== undefined));
  const reads = near.filter((each) => !isOnlyHistory(each));
  return matchRows([...rows.flatMap(withBeside), ...rows], reads);
}

function nearestRead({ ofRow }: MatchedRows<Detection>, row: Detection): Detection | undefined {
  return ofRow.get(row.id)?.toSorted((a, b) => apartMs(a, row) - apartMs(b, row) || (a.id < b.id ? -1 : 1))[0];
}

/** A remembered row that is dated by when it was asked for is no read of that moment. */
function tellsTime(row: Detection): boolean {
  return row.timeFrom !== 'arrival' || !isOnlyHistory(row);
}

function isOnlyHistory({ sources }: Detection): boolean {
  return sources.every((source) => source === 'history');
}
