// The bridge's ledger: the table's rows, each with a copy on this machine's disk. The copy decides only while the table
// is away: a shut one refuses, an open one goes on, and with none nothing is sent. What it decided goes into the table
// before anything else once that is back. A damaged copy is made anew from the table's row; when it had gone on without
// the table, one lost login is assumed.
import type { CameraId } from '../../detection/detection.ts';
import { type Clock, isoInstant } from '../../support/clock.ts';
import { Broken, reasonOf } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import { type ApartMarks, apartMarks } from './apart-mark.ts';
import { changeRow } from './change-row.ts';
import { lossAssumed } from './damaged-copy.ts';
import { DamagedRow } from './damaged-row.ts';
import type { GuardLedger } from './ledger.ts';
import { mergedRow } from './merged-row.ts';
import { emptyRow, type GuardRow, GuardRowSchema, UNKNOWN_UNLOCK_MS } from './row.ts';
import { TableAway } from './table-away.ts';
import { type VersionedFiles, versionedFiles } from './versioned-files.ts';
import { ASK_TABLE_AGAIN_MS, watchedTable } from './watched-table.ts';

const CopySchema = GuardRowSchema.extend({
  /** The table's row as it last was; not null: the copy has gone on without the table. */
  base: GuardRowSchema.nullable().default(null),
});
export type Copy = GuardRow & { base: GuardRow | null };

export type Copies = VersionedFiles<Copy> & { marks: ApartMarks };

export function copiesIn(folder: string): Copies {
  return { ...versionedFiles<Copy>(folder, CopySchema), marks: apartMarks(folder) };
}

export type CopiedLedgerDependencies = {
  /** Throws TableAway while it is away. */
  table: GuardLedger;
  /** On this machine's disk; see `copiesIn`. */
  copies: Copies;
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

/** Throws TableAway when the table is away and no copy can be trusted, Broken when the disk or the table's row is damaged. */
export function copiedLedger(deps: CopiedLedgerDependencies): CopiedLedger {
  const { copies, holder, clock, log } = deps;
  const table = watchedTable(deps);
  /** Attempts whose lease may be in the table although it did not say so. */
  const unsure = new Map<CameraId, Set<string>>();
  /** Cameras whose copy the disk did not take: it may be open where the table is shut. */
  const outdated = new Set<CameraId>();
  /** Cameras whose copy has gone on without the table. */
  const apart = new Set<CameraId>();

  const leasesUnsure = (camera: CameraId) => unsure.get(camera) ?? new Set<string>();

  async function believedOnlyIf(kept: () => Promise<unknown>, camera: CameraId): Promise<void> {
    try {
      await kept();
      outdated.delete(camera);
    } catch (error) {
      if (!outdated.has(camera)) log.error('guard.copy_outdated', { camera, reason: reasonOf(error) });
      outdated.add(camera);
    }
  }

  /** Brings the copy up to the table's row: in step again. The mark must not go before that is on the disk. */
  function keep(camera: CameraId, row: GuardRow, expectedVersion: number): Promise<void> {
    return believedOnlyIf(async () => {
      const isFirst = await copies.write(camera, { ...row, base: null }, expectedVersion);
      if (isFirst) await copies.marks.clear(camera);
    }, camera);
  }

  async function mergeInto(stored: GuardRow, copy: Copy, camera: CameraId): Promise<GuardRow> {
    const row = await changeRow({ ledger: table, camera, stored }, (current) =>
      mergedRow({
        table: current,
        copy: rowOf(copy),
        base: copy.base ?? current,
        holder,
        unsure: leasesUnsure(camera),
        now: clock.now(),
      }),
    );
    // Killed between these two, the bad logins are counted once more: too careful, never too bold.
    await keep(camera, row, copy.version);
    unsure.delete(camera);
    apart.delete(camera);
    log.info('guard.copy_merged', { camera });
    return row;
  }

  /** The copy; in the place of a damaged one, the table's row. Throws TableAway when that is away then. */
  async function readCopy(camera: CameraId): Promise<Copy | null> {
    try {
      return await copies.read(camera);
    } catch (error) {
      if (!(error instanceof DamagedRow)) throw error;
      return makeAnew(camera, error);
    }
  }

  async function makeAnew(camera: CameraId, damaged: DamagedRow): Promise<Copy | null> {
    const stored = await table.read(camera).catch((cause: unknown) => {
      if (!(cause instanceof TableAway)) throw cause;
      const state = `its guard's copy ${damaged.path} is damaged (${damaged.what}) and the table is away`;
      const message = `could not ask camera ${camera}: ${state}; bring the table back, it replaces the copy by itself`;
      throw new TableAway(message, { cause, retryAfterSeconds: ASK_TABLE_AGAIN_MS / 1000 });
    });
    // Marked, or above the table: it had gone on alone, and bad logins may be lost with it.
    const wentOn = damaged.version > (stored?.version ?? 0) || (await copies.marks.isSet(camera));
    const row = wentOn ? await assumeLoss(camera, stored ?? emptyRow, damaged) : (stored ?? emptyRow);
    // The table knows first: killed before the copy is there, nothing is forgotten.
    let isSetAside = false;
    await believedOnlyIf(async () => {
      isSetAside = await copies.setAside(camera, damaged);
    }, camera);
    if (outdated.has(camera)) return null;
    await keep(camera, row, 0);
    apart.delete(camera);
    if (isSetAside) {
      const assumed = wentOn ? 'lost_attempt' : 'nothing';
      log.error('guard.copy_damaged', { camera, what: damaged.what, setAside: `${damaged.path}.damaged`, assumed });
    }
    return copies.read(camera);
  }

  function assumeLoss(camera: CameraId, stored: GuardRow, damaged: DamagedRow): Promise<GuardRow> {
    return changeRow({ ledger: table, camera, stored }, (current) => {
      const row = lossAssumed(current, { holder, now: clock.now() });
      if (row !== null) return { ...row, version: Math.max(current.version, damaged.version) + 1 };
      const message = `${damaged.message}; the table, which would replace it, has no row of ${camera}`;
      throw new Broken('internal', message, { cause: damaged });
    });
  }

  async function readBoth(camera: CameraId, copy: Copy | null): Promise<GuardRow | null> {
    const stored = await table.read(camera);
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
    const copy = await readCopy(camera);
    try {
      return await readBoth(camera, copy);
    } catch (error) {
      if (!(error instanceof TableAway) || copy === null || outdated.has(camera)) throw error;
      return withoutProbe(withoutForeignLease(rowOf(copy)), clock.now());
    }
  }

  async function mergeBack(camera: CameraId): Promise<void> {
    // Somebody here is logging in: that one's outcome comes first, and its next request merges.
    if ((await readCopy(camera))?.lease) return;
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
      const copy = await readCopy(camera);
      if (copy === null || copy.base === null) {
        try {
          const isFirst = await table.write(camera, row, expectedVersion);
          if (isFirst) await keep(camera, row, copy?.version ?? 0);
          return isFirst;
        } catch (error) {
          if (!(error instanceof TableAway) || copy === null || outdated.has(camera)) throw error;
          // It may have arrived all the same, and its lease would stand there until it counts as lost.
          if (row.lease !== null) unsure.set(camera, leasesUnsure(camera).add(row.lease.attempt));
        }
      }
      apart.add(camera);
      await copies.marks.set(camera);
      return copies.write(camera, { ...row, base: copy.base ?? rowOf(copy) }, expectedVersion);
    },
  };
}

/**
 * Others may still see the table, and spend what a refused password has left: this side, which cannot know, leaves the probe
 * to them. Should such a row be written, its probe is only late.
 */
function withoutProbe(row: GuardRow, now: number): GuardRow {
  const notBefore = isoInstant(now + UNKNOWN_UNLOCK_MS);
  const passwords = row.passwords.map((record) => {
    const { shut, badLogins, letIn } = record;
    const probeAt = shut?.probeAt ?? null;
    const isOthers = shut !== null && probeAt !== null && badLogins > 0 && !letIn && probeAt < notBefore;
    return isOthers ? { ...record, shut: { ...shut, probeAt: notBefore } } : record;
  });
  return { ...row, passwords };
}

function rowOf({ base: _, ...row }: Copy): GuardRow {
  return row;
}
