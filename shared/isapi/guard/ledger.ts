import type { CameraId } from '../../detection/detection.ts';
import type { GuardRow } from './row.ts';

/** Where guards keep their rows: memory, a folder, later a table. A store that cannot answer throws, and the guard refuses. */
export interface GuardLedger {
  /** The newest row, or null when there never was one. Must not be stale. */
  read(camera: CameraId): Promise<GuardRow | null>;
  /**
   * Replaces the row if its version still is `expectedVersion` (0: there is none), and is durable when it resolves.
   * False when another writer was first.
   */
  write(camera: CameraId, row: GuardRow, expectedVersion: number): Promise<boolean>;
}

/** For tests, and for processes that never log in. Rows are copied, as any real store would. */
export function memoryLedger(): GuardLedger {
  const rows = new Map<CameraId, GuardRow>();
  return {
    read: async (camera) => structuredClone(rows.get(camera) ?? null),
    write: async (camera, row, expectedVersion) => {
      if ((rows.get(camera)?.version ?? 0) !== expectedVersion) return false;
      rows.set(camera, structuredClone(row));
      return true;
    },
  };
}
