// The safety-critical call (DESIGN.md section 5, rule 4).
import type { Clock } from '../../support/clock.ts';
import { GateError } from '../../support/errors.ts';
import { CameraRefused } from '../answer.ts';
import type { Drive } from './action.ts';
import type { LensCommands } from './commands.ts';

/** Of each try, which has its own connection: the first short, so that a lost one costs the lane little. */
const STOP_TIMEOUTS_MS = [600, 1_500, 3_000];
/** A 200 says that a stop was accepted, not that it was obeyed; a second one costs a round trip. */
const ENOUGH_ACCEPTED = 2;
const PAUSE_AFTER_FAILURE_MS = 50;

/** Resolves once the camera has accepted a stop. Throws what the last try threw. */
export async function stopDrive(commands: LensCommands, drive: Drive, clock: Clock): Promise<void> {
  let accepted = 0;
  let failure: unknown;
  for (const timeoutMs of STOP_TIMEOUTS_MS) {
    try {
      await commands.stop(drive, timeoutMs);
      accepted += 1;
      if (accepted === ENOUGH_ACCEPTED) return;
    } catch (error) {
      // A camera without this drive has nothing to stop; a guard that is shut stays so for longer than three tries.
      if (error instanceof CameraRefused && /^notSupport$/i.test(error.subStatusCode)) return;
      failure = error;
      if (error instanceof GateError && error.code === 'camera_locked') break;
      await clock.sleep(PAUSE_AFTER_FAILURE_MS);
    }
  }
  if (accepted === 0) throw failure;
}
