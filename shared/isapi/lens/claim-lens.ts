import type { CameraId } from '../../detection/detection.ts';
import type { Clock } from '../../support/clock.ts';
import { LensHeld } from './lens-held.ts';
import { type Beginning, begun, heldUntil, type LensRow } from './lens-row.ts';
import { changeLens, type LensRows } from './lens-rows.ts';

/** The subject under which the bridge brings the lens home; it stands in nobody's way. */
export const BRIDGE = 'bridge';
/** A stop that is being sent would stop what begins now, so it is waited for. */
const STOPPING_PATIENCE_MS = 1_000;
const STOPPING_POLL_MS = 25;

export type Claim = Omit<Beginning, 'endsBy'> & { camera: CameraId; lastsMs: number };

/**
 * Writes who moves the lens, and until when, before it moves.
 * @returns the row as it was before, and as it is now
 * @throws LensHeld
 */
export async function claimLens(
  { rows, clock }: { rows: LensRows; clock: Clock },
  { camera, lastsMs, ...beginning }: Claim,
): Promise<{ before: LensRow; after: LensRow }> {
  const patienceEnds = clock.now() + STOPPING_PATIENCE_MS;
  for (;;) {
    const claimed = await changeLens(rows, camera, (row) => {
      refuseWhileHeld(row);
      if (row.move?.phase === 'stopping' && clock.now() < patienceEnds) return row;
      return begun(row, { ...beginning, endsBy: clock.now() + lastsMs });
    });
    if (claimed.after.move?.id === beginning.id) return claimed;
    await clock.sleep(STOPPING_POLL_MS);
  }

  function refuseWhileHeld(row: LensRow): void {
    const holder = row.move?.subject;
    const until = heldUntil(row, clock.now());
    if (until === null || holder === undefined || holder === beginning.subject || holder === BRIDGE) return;
    throw new LensHeld(camera, holder, until - clock.now());
  }
}
