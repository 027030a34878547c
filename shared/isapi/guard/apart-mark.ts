// Beside a copy that goes on without the table: an empty file whose name alone says so, and so outlives damage to the copy.
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CameraId } from '../../detection/detection.ts';
import { Broken } from '../../support/errors.ts';
import { writeExclusively } from './exclusive-file.ts';

export interface ApartMarks {
  /** On the disk when it resolves. */
  set(camera: CameraId): Promise<void>;
  isSet(camera: CameraId): Promise<boolean>;
  clear(camera: CameraId): Promise<void>;
}

/** Throws Broken when the disk does not take it; `folder` is that of the copies, and is there. */
export function apartMarks(folder: string): ApartMarks {
  const pathOf = (camera: CameraId) => join(folder, `${camera}.apart`);
  const told = (camera: CameraId) => (cause: unknown) => {
    throw new Broken('internal', `could not change the mark ${pathOf(camera)}`, { cause });
  };
  return {
    set: async (camera) => void (await writeExclusively(pathOf(camera), '').catch(told(camera))),
    clear: async (camera) => rm(pathOf(camera), { force: true }).catch(told(camera)),
    isSet: async (camera) =>
      access(pathOf(camera)).then(
        () => true,
        () => false,
      ),
  };
}
