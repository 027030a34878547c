import type { CameraId } from '../../shared/detection/detection.ts';
import type { OpenedCamera, OpenedCameras } from '../../shared/isapi/open-camera.ts';
import { Rejected } from '../../shared/support/errors.ts';

/** Throws Rejected `not_found`. */
export function configuredCamera(cameras: OpenedCameras, id: CameraId): OpenedCamera {
  const found = cameras.get(id);
  if (found === undefined) throw new Rejected('not_found', 'could not find a camera of this id');
  return found;
}
