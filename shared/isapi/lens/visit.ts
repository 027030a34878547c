// Where the lens goes by itself: a preset, home. Nothing to stop afterwards, but whatever moved it must stop before.
import type { Clock } from '../../support/clock.ts';
import { GateError } from '../../support/errors.ts';
import { claimLens } from './claim-lens.ts';
import { type LensCommands, VISIT_TIMEOUT_MS } from './commands.ts';
import { atHome, driveOf, ended, isUnderWay, type LensRow, neverBegun } from './lens-row.ts';
import { changeLens, type LensRows } from './lens-rows.ts';
import type { MoveRecord } from './move-log.ts';
import type { PresetNumber } from './preset-number.ts';
import { stopDrive } from './stop-drive.ts';

export type Visit = { kind: 'preset'; number: PresetNumber } | { kind: 'home' } | { kind: 'save_home' };

type Dependencies = { rows: LensRows; clock: Clock };

export async function runVisit(
  deps: Dependencies,
  commands: LensCommands,
  { id, camera, subject, at }: MoveRecord,
  visit: Visit,
): Promise<void> {
  const { rows, clock } = deps;
  await commands.capabilities();
  const { before } = await claimLens(deps, { camera, id, subject, at, action: null, lastsMs: VISIT_TIMEOUT_MS });
  try {
    if (before.move !== null && isUnderWay(before)) await stopDrive(commands, driveOf(before.move), clock);
    await order();
  } catch (error) {
    // Without an answer it may be on its way: away, then, and to be brought home.
    const isLost = error instanceof GateError && error.code === 'camera_unreachable';
    await changeLens(rows, camera, (row) => (isLost ? ended(row, id, clock.now()) : neverBegun(row, id, before)));
    throw error;
  }
  const arrived = (row: LensRow) => (visit.kind === 'preset' || row.move?.id !== id ? row : atHome(row));
  await changeLens(rows, camera, (row) => ended(arrived(row), id, clock.now()));

  function order(): Promise<void> {
    if (visit.kind === 'preset') return commands.goToPreset(visit.number);
    return visit.kind === 'home' ? commands.goHome() : commands.saveHome();
  }
}
