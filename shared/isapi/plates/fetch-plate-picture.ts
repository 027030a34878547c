import { jpegOf } from '../../pictures/jpeg.ts';
import { Rejected } from '../../support/errors.ts';
import type { CameraClient } from '../client.ts';
import type { PicName } from './pic-name.ts';

/** A plate's cut-out is 5 to 60 kB. */
const MAX_PICTURE_BYTES = 1024 * 1024;
const PICTURE_TIMEOUT_MS = 5_000;

/**
 * The picture of a remembered plate (ISAPI.md 9), or null when the camera has none: it answers 404, a web page, XML, or
 * something that is no whole JPEG.
 * @throws Busy `camera_locked`, `camera_unreachable` or `camera_busy`: another time
 */
export async function fetchPlatePicture(
  client: CameraClient,
  name: PicName,
  signal?: AbortSignal,
): Promise<Uint8Array | null> {
  try {
    const { body } = await client.request({
      method: 'GET',
      path: `/doc/ui/images/plate/${name}.jpg`,
      timeoutMs: PICTURE_TIMEOUT_MS,
      maxBytes: MAX_PICTURE_BYTES,
      ...(signal ? { signal } : {}),
    });
    return jpegOf(body);
  } catch (error) {
    if (error instanceof Rejected) return null;
    throw error;
  }
}
