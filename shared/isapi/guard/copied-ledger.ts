// The bridge's ledger: the table's rows, each with a copy on this machine's disk. The copy decides only while the table
// is away: a shut one refuses, an open one goes on, and with none nothing is sent. What it decided goes into the table
// before anything else once that is back.
import type { CameraId } from '../../detection/detection.ts';
import type { Clock } from '../../support/clock.ts';
import { Busy, reasonOf } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import type { GuardLedger } from './ledger.ts';
import { mergedRow } from './merged-row.ts';
import { emptyRow, type GuardRow, GuardRowSchema } from './row.ts';
import { type VersionedFiles, versionedFiles } from './versioned-files.ts';

/** So that a table that is away costs one wait in so many, and not one at each step of every request. */
const ASK_TABLE_AGAIN_MS = 2_000;
const MAX_CONFLICTS = 20;

const CopySchema = GuardRowSchema.extend({
  /** The table's row as it last was; not null: the copy has gone on without the table. */
  base: GuardRowSchema.nullable().default(null),
});
export type Copy = GuardRow & { base: GuardRow | null };

export function copiesIn(folder: string): VersionedFiles<Copy> {
  return versionedFiles<Copy>(folder, CopySchema);
}

export type CopiedLedgerDependencies = {
  /** Throws Busy while it is away. */
  table: GuardLedger;
  /** On this machine's disk; see `copiesIn`. */
  copies: VersionedFiles<Copy>;
  /** Whose leases this machine can end. */
  holder: string;
  clock: Clock;
  log: Log;
};

export interface CopiedLedger extends GuardLedger {
  /**
   * Brings what the copies decided into the table soon after it is back. Without it that would wait for the next login,
   * and a lease that was left in the table would be counted as lost by others meanwhile. Resolves after the signal.
   */
  mergeUntil(signal: AbortSignal): Promise<void>;
}

/** Throws Busy when the table is away and there is no copy that can be trusted, Broken when the disk or a row is damaged. */
export function copiedLedger({ table, copies, holder, clock, log }: CopiedLedgerDependencies): CopiedLedger {
  /** Attempts whose lease may be in the table although it did not say so. */
  const unsure = new Map<CameraId, Set<string>>();
  /** Cameras whose copy the disk did not take: it may be open where the table is shut. */
  const outdated = new Set<CameraId>();
  /** Cameras whose copy has gone on without the table. */
  const apart = new Set<CameraId>();
  let away: { error: Busy; until: number } | null = null;

  const leasesUnsure = (camera: CameraId) => unsure.get(camera) ?? new Set<string>();

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    if (away !== null && clock.now() < away.until) throw away.error;
    try {
      const answer = await question();
      if (away !== null) log.info('guard.table_returned');
      away = null;
      return answer;
    } catch (error) {
      if (error instanceof Busy) {
        if (away === null) log.warn('guard.table_away', { reason: reasonOf(error) });
        away = { error, until: clock.now() + ASK_TABLE_AGAIN_MS };
      }
      throw error;
    }
  }

  /** Brings the copy up to the table's row. */
  async function keep(camera: CameraId, row: GuardRow, expectedVersion: number): Promise<void> {
    try {
      await copies.write(camera, { ...row, base: null }, expectedVersion);
      outdated.delete(camera);
    } catch (error) {
      if (!outdated.has(camera)) log.error('guard.copy_outdated', { camera, reason: reasonOf(error) });
      outdated.add(camera);
    }
  }

  async function mergeInto(stored: GuardRow, copy: Copy, camera: CameraId): Promise<GuardRow> {
    let current = stored;
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const base = copy.base ?? current;
      const row = mergedRow({
        table: current,
        copy: rowOf(copy),
        base,
        holder,
        unsure: leasesUnsure(camera),
        now: clock.now(),
      });
      const expected = current.version;
      if (await ask(() => table.write(camera, row, expected))) {
        // Killed between these two, the bad logins are counted once more: too careful, never too bold.
        await keep(camera, row, copy.version);
        unsure.delete(camera);
        apart.delete(camera);
        log.info('guard.copy_merged', { camera });
        return row;
      }
      current = (await ask(() => table.read(camera))) ?? emptyRow;
    }
    throw new Busy('camera_busy', `could not ask camera ${camera}: its guard's row is changed too often`);
  }

  async function readBoth(camera: CameraId, copy: Copy | null): Promise<GuardRow | null> {
    const stored = await ask(() => table.read(camera));
    const version = stored?.version ?? 0;
    // A table below its copy was emptied or restored: the copy knows what it has forgotten.
    if (copy !== null && (copy.base !== null || copy.version > version)) {
      return mergeInto(stored ?? emptyRow, copy, camera);
    }
    const kept = copy?.version ?? 0;
    if (stored !== null && (kept < version || outdated.has(camera))) await keep(camera, stored, kept);
    return stored;
  }

  /** Another's request may have ended well where only the table knows: it is waited for, but not counted as lost. */
  function withoutForeignLease(row: GuardRow): GuardRow {
    const { lease } = row;
    const ranOut = lease !== null && lease.holder !== holder && Date.parse(lease.until) <= clock.now();
    return ranOut ? { ...row, lease: null } : row;
  }

  async function read(camera: CameraId): Promise<GuardRow | null> {
    const copy = await copies.read(camera);
    try {
      return await readBoth(camera, copy);
    } catch (error) {
      if (!(error instanceof Busy) || copy === null || outdated.has(camera)) throw error;
      return withoutForeignLease(rowOf(copy));
    }
  }

  async function mergeBack(camera: CameraId): Promise<void> {
    // Somebody here is logging in: that one's outcome comes first, and its next request merges.
    if ((await copies.read(camera))?.lease) return;
    await read(camera);
  }

  return {
    read,

    async mergeUntil(signal) {
      while (!signal.aborted) {
        // What fails here fails the next login as well, and is told there.
        for (const camera of [...apart]) await mergeBack(camera).catch(() => {});
        await clock.sleep(ASK_TABLE_AGAIN_MS, signal).catch(() => {});
      }
    },

    async write(camera, row, expectedVersion) {
      const copy = await copies.read(camera);
      if (copy === null || copy.base === null) {
        try {
          const isFirst = await ask(() => table.write(camera, row, expectedVersion));
          if (isFirst) await keep(camera, row, copy?.version ?? 0);
          return isFirst;
        } catch (error) {
          if (!(error instanceof Busy) || copy === null || outdated.has(camera)) throw error;
          // It may have arrived all the same, and its lease would stand there until it counts as lost.
          if (row.lease !== null) unsure.set(camera, leasesUnsure(camera).add(row.lease.attempt));
        }
      }
      apart.add(camera);
      return copies.write(camera, { ...row, base: copy.base ?? rowOf(copy) }, expectedVersion);
    },
  };
}

function rowOf({ base: _, ...row }: Copy): GuardRow {
  return row;
}
