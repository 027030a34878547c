// The lens of every camera: who may move it, that every move ends, and what was asked by whom.
import { randomUUID } from 'node:crypto';
import type { CameraId } from '../../detection/detection.ts';
import { type Clock, isoInstant } from '../../support/clock.ts';
import { GateError, reasonOf } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import type { CameraClient } from '../client.ts';
import { type LensCommands, lensCommands, type MoveCommand, type Preset } from './commands.ts';
import { driveOf, ended, isOverdue, isUnderWay, type LensRow, takenOver } from './lens-row.ts';
import { changeLens, type LensRows } from './lens-rows.ts';
import type { MoveLog, MoveOutcome, MoveRecord } from './move-log.ts';
import type { PresetNumber } from './preset-number.ts';
import { type MoveEnd, runMove } from './run-move.ts';
import { stopDrive } from './stop-drive.ts';
import { runVisit, type Visit } from './visit.ts';

export type LensDependencies = {
  /** One per camera and process. Throws Rejected `not_found`. */
  clientOf(camera: CameraId): CameraClient;
  rows: LensRows;
  moves: MoveLog;
  clock: Clock;
  log: Log;
};

/** Who asks: a token's subject, or `bridge`. */
export type Asking = { camera: CameraId; subject: string };

export interface Lens {
  /**
   * Resolves when the move has ended: after its duration and the stop. Goes on with a move of the same subject.
   * @throws LensHeld; Rejected `not_supported`; what `CameraClient.request` throws
   */
  move(asking: Asking, move: MoveCommand): Promise<MoveEnd>;
  /** Obeyed whoever asks. Throws what `CameraClient.request` throws, after three tries. */
  stop(asking: Asking): Promise<void>;
  presets(camera: CameraId): Promise<Preset[]>;
  /** Throws as `move`, and Rejected `not_found` for a preset that the camera does not have. */
  goToPreset(asking: Asking, preset: PresetNumber): Promise<void>;
  goHome(asking: Asking): Promise<void>;
  /** Where it looks now is home from now on. */
  saveHome(asking: Asking): Promise<void>;
  /**
   * Ends a move that its starter left `graceMs` past its deadline, else does nothing. `known` is the row as it was last
   * seen, and counts only where the newest cannot be had.
   */
  endOverdue(camera: CameraId, known: LensRow, graceMs: number): Promise<void>;
}

export function createLens(deps: LensDependencies): Lens {
  const { clientOf, rows, moves, clock, log } = deps;
  const commandsByCamera = new Map<CameraId, LensCommands>();

  function commandsOf(camera: CameraId): LensCommands {
    const commands = commandsByCamera.get(camera) ?? lensCommands(clientOf(camera));
    commandsByCamera.set(camera, commands);
    return commands;
  }

  const recordOf = (asked: Omit<MoveRecord, 'id' | 'at' | 'outcome'>): MoveRecord => {
    return { ...asked, id: randomUUID(), at: isoInstant(clock.now()), outcome: 'under_way' };
  };

  /** Keeps what was asked before anything happens, and what became of it after. */
  async function kept<T extends MoveOutcome>(record: MoveRecord, work: () => Promise<T>): Promise<T> {
    await moves.keep(record);
    try {
      const outcome = await work();
      await settle(record, { outcome });
      return outcome;
    } catch (error) {
      const row = await rows.read(record.camera).catch(() => null);
      const isStillMoving = row?.move?.id === record.id && isUnderWay(row);
      await settle(record, { outcome: isStillMoving ? 'not_stopped' : 'failed', code: codeOf(error) });
      throw error;
    }
  }

  async function settle(record: MoveRecord, end: Pick<MoveRecord, 'outcome' | 'code'>): Promise<void> {
    const { camera, what } = record;
    const fields = { camera, what, outcome: end.outcome, code: end.code };
    if (end.outcome === 'not_stopped') log.error('lens.not_stopped', fields);
    else log.info('lens.asked', fields);
    await moves.settle(record, end).catch((error: unknown) => {
      // What was asked has been done, or refused: only its trace is missing.
      log.warn('lens.outcome_unsaved', { camera, what, reason: reasonOf(error) });
    });
  }

  async function visit(asking: Asking, to: Visit): Promise<void> {
    const commands = commandsOf(asking.camera);
    const record = recordOf({ ...asking, what: to.kind, ...(to.kind === 'preset' ? { preset: to.number } : {}) });
    await kept(record, async () => {
      await runVisit(deps, commands, record, to);
      return 'ended';
    });
  }

  /** Stops what its row says is under way, and writes that there. */
  async function endMove(camera: CameraId, row: LensRow | null): Promise<void> {
    const underWay = row !== null && isUnderWay(row) ? row.move : null;
    const commands = commandsOf(camera);
    // Nothing known to move: then whatever could.
    const drives = underWay === null ? (['ptz', 'focus'] as const) : [driveOf(underWay)];
    for (const drive of drives) await stopDrive(commands, drive, clock);
    if (underWay) await changeLens(rows, camera, (stored) => ended(stored, underWay.id, clock.now()));
  }

  return {
    async move(asking, move) {
      const { action, speed, durationMs } = move;
      const commands = commandsOf(asking.camera);
      const record = recordOf({ ...asking, what: action, speed, durationMs });
      return kept(record, () => runMove(deps, commands, record, move));
    },

    async stop(asking) {
      const { camera } = asking;
      commandsOf(camera);
      const taken = await changeLens(rows, camera, takenOver).catch(rowUnreachable(camera));
      const record = recordOf({ ...asking, what: 'stop' });
      // It goes out first, and even where nobody can be told of it.
      const [stopped] = await Promise.allSettled([endMove(camera, taken?.after ?? null), moves.keep(record)]);
      if (stopped.status === 'fulfilled') return settle(record, { outcome: 'ended' });
      await settle(record, { outcome: 'not_stopped', code: codeOf(stopped.reason) });
      throw stopped.reason;
    },

    presets: async (camera) => commandsOf(camera).presets(),
    goToPreset: (asking, number) => visit(asking, { kind: 'preset', number }),
    goHome: (asking) => visit(asking, { kind: 'home' }),
    saveHome: (asking) => visit(asking, { kind: 'save_home' }),

    async endOverdue(camera, known, graceMs) {
      const isDue = (row: LensRow) => isOverdue(row, clock.now(), graceMs);
      const taken = await changeLens(rows, camera, (row) => (isDue(row) ? takenOver(row) : row)).catch(
        rowUnreachable(camera),
      );
      const row = taken?.before ?? known;
      if (row.move === null || !isDue(row)) return;
      const { id, at, action, endsBy } = row.move;
      log.warn('lens.move_left', { camera, action, endsBy });
      await endMove(camera, row);
      await moves.settle({ camera, id, at }, { outcome: 'ended_by_bridge' });
    },
  };

  /** A row that cannot be read or written must not keep a lens moving. */
  function rowUnreachable(camera: CameraId): (error: unknown) => null {
    return (error) => {
      log.warn('lens.row_unreachable', { camera, reason: reasonOf(error) });
      return null;
    };
  }
}

const codeOf = (error: unknown) => (error instanceof GateError ? error.code : 'internal');
