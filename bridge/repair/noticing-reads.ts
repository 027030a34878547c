import type { CameraId } from '../../shared/detection/detection.ts';
import type { ReadKeeper } from '../alert-stream/keep-event.ts';
import type { Repair } from './repair.ts';

/** Tells each camera's repair of a read, once `keeper` has it safe. */
export function noticingReads(
  keeper: ReadKeeper,
  repairOf: (camera: CameraId) => Pick<Repair, 'seen'> | undefined,
): ReadKeeper {
  return {
    addRead: async (read) => {
      await keeper.addRead(read);
      repairOf(read.camera)?.seen(read);
    },
    addPictures: (read, bytesByKey) => keeper.addPictures(read, bytesByKey),
  };
}
