import type { CameraId, Detection } from '../../shared/detection/detection.ts';
import type { ReadKeeper } from '../alert-stream/keep-event.ts';

/** Marks reads that were taken while the lens was away; a replay's moment is over, so nothing is known of it. */
export function markingAway(keeper: ReadKeeper, lensIsAway: (camera: CameraId) => boolean): ReadKeeper {
  const marked = (read: Detection): Detection =>
    !read.late && lensIsAway(read.camera) ? { ...read, lensAway: true } : read;
  return {
    addRead: (read) => keeper.addRead(marked(read)),
    addPictures: (read, bytesByKey) => keeper.addPictures(marked(read), bytesByKey),
  };
}
