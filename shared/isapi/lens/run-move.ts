// One move from its claim to its stop (DESIGN.md section 5, rule 4). Whoever starts a motion stays until it has been
// stopped, or until a later request of the same user has the motion's last word.
import type { Clock } from '../../support/clock.ts';
import { GateError, Rejected, reasonOf } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import { MOTIONS } from './action.ts';
import { speedFor } from './capabilities.ts';
import { claimLens } from './claim-lens.ts';
import { type LensCommands, type MoveCommand, START_TIMEOUT_MS } from './commands.ts';
import {
  driveOf,
  ended,
  isUnderWay,
  type LensRow,
  neverBegun,
  type Standing,
  standingOf,
  stopping,
} from './lens-row.ts';
import { changeLens, type LensRows } from './lens-rows.ts';
import type { MoveRecord } from './move-log.ts';
import { stopDrive } from './stop-drive.ts';

/** How a move that began came to its end; MoveOutcome says what each means. */
export type MoveEnd = 'ended' | 'extended' | 'cut_short';

type Dependencies = { rows: LensRows; clock: Clock; log: Log };

export async function runMove(
  deps: Dependencies,
  commands: LensCommands,
  { id, camera, subject, at }: MoveRecord,
  move: MoveCommand,
): Promise<MoveEnd> {
  const { rows, clock, log } = deps;
  const { action, speed, durationMs } = move;
  const { drive } = MOTIONS[action];

  // Asked before the claim, whose deadline has no room for it.
  if (speedFor(action, speed, await commands.capabilities()) === 0) {
    throw new Rejected('not_supported', `could not do this: the camera has no ${action}`);
  }
  const lastsMs = START_TIMEOUT_MS + durationMs;
  const { before } = await claimLens(deps, { camera, id, subject, at, action, lastsMs });
  await begin(before);
  const startedAt = clock.now();
  if (await isMineStill()) await clock.sleep(Math.max(0, startedAt + durationMs - clock.now()));
  return finish();

  async function begin(earlier: LensRow): Promise<void> {
    const underWay = isUnderWay(earlier) ? earlier.move : null;
    try {
      if (underWay !== null && driveOf(underWay) !== drive) await stopDrive(commands, driveOf(underWay), clock);
      await commands.start(move);
    } catch (error) {
      // A move that was gone on with has no starter left to stop it; one that got no answer may have begun.
      if (underWay !== null || mayHaveBegun(error)) {
        await takeStop();
        await stopNow();
      } else await changeLens(rows, camera, (row) => neverBegun(row, id, earlier));
      throw error;
    }
  }

  /** A stop may have come, or a later move, while the camera was being asked. */
  async function isMineStill(): Promise<boolean> {
    const row = await rows.read(camera).catch(() => null);
    if (row === null) return true;
    const standing = standingOf(row, id, drive);
    if (standing === 'over' || standing === 'sent_elsewhere') await stopDrive(commands, drive, clock);
    return standing === 'mine';
  }

  async function finish(): Promise<MoveEnd> {
    const { standing, row } = await takeStop();
    if (standing === 'carried_on') {
      return row?.move?.action === action && row.move.subject === subject ? 'extended' : 'cut_short';
    }
    if (standing === 'sent_elsewhere') return 'cut_short';
    await stopNow();
    return standing === 'mine' ? 'ended' : 'cut_short';
  }

  async function takeStop(): Promise<{ standing: Standing; row: LensRow | null }> {
    try {
      const { before: row } = await changeLens(rows, camera, (stored) => stopping(stored, id));
      return { standing: standingOf(row, id, drive), row };
    } catch (error) {
      // A table that is away must not keep the lens moving.
      log.warn('lens.row_unreachable', { camera, reason: reasonOf(error) });
      return { standing: 'mine', row: null };
    }
  }

  async function stopNow(): Promise<void> {
    await stopDrive(commands, drive, clock);
    await changeLens(rows, camera, (row) => ended(row, id, clock.now()));
  }
}

/** Sent and not answered. All other errors are the camera's refusal, or a guard that let nothing through. */
function mayHaveBegun(error: unknown): boolean {
  return !(error instanceof GateError) || error.code === 'camera_unreachable';
}
