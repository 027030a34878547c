import type { CameraId } from '../../detection/detection.ts';
import { Busy } from '../../support/errors.ts';
import { emptyLensRow, type LensRow } from './lens-row.ts';

/** Writers that may be first, one after the other, before this one gives up. */
const MAX_CONFLICTS = 20;

/** Where the rows are kept, for all processes. */
export interface LensRows {
  /** The newest row, or null when there never was one. Must not be stale. Throws Busy or Broken. */
  read(camera: CameraId): Promise<LensRow | null>;
  /** The rows there are. */
  readAll(cameras: readonly CameraId[]): Promise<Map<CameraId, LensRow>>;
  /** Replaces the row if its version still is `expectedVersion`; false when another writer was first. */
  write(camera: CameraId, row: LensRow, expectedVersion: number): Promise<boolean>;
}

export type LensChange = { before: LensRow; after: LensRow };

/** Applies `change` by compare-and-set; writes nothing where nothing changes, and lets what `change` throws through. */
export async function changeLens(
  rows: LensRows,
  camera: CameraId,
  change: (row: LensRow) => LensRow,
): Promise<LensChange> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const before = (await rows.read(camera)) ?? emptyLensRow;
    const next = change(before);
    if (next === before) return { before, after: before };
    const after = { ...next, version: before.version + 1 };
    if (await rows.write(camera, after, before.version)) return { before, after };
  }
  throw new Busy('camera_busy', `could not move the lens of ${camera}: too many others do`);
}

/** For tests and measures. Rows are copied, as any real store would. */
export function memoryLensRows(): LensRows {
  const kept = new Map<CameraId, LensRow>();
  return {
    read: async (camera) => structuredClone(kept.get(camera) ?? null),
    readAll: async (cameras) =>
      new Map(
        cameras.flatMap((camera) => {
          const row = kept.get(camera);
          return row ? [[camera, structuredClone(row)] as const] : [];
        }),
      ),
    write: async (camera, row, expectedVersion) => {
      if ((kept.get(camera)?.version ?? 0) !== expectedVersion) return false;
      kept.set(camera, structuredClone(row));
      return true;
    },
  };
}
