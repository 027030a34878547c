import { CameraRefused } from '../answer.ts';
import type { CameraClient } from '../client.ts';
import type { PicName } from './pic-name.ts';
import { MAX_PLATES_BYTES, type PlatesAnswer, readPlates } from './read-plates.ts';

export const PLATES_PATH = '/ISAPI/Traffic/channels/1/vehicleDetect/plates';
/** A camera that lists hundreds of rows takes its time; the stream's own reconnect may wait for it. */
const PLATES_TIMEOUT_MS = 10_000;

/**
 * What the camera remembers after `after`, exclusive, as many rows as it cares to send; `not_supported` by a camera
 * without such a memory (403 notSupport, or 404; ISAPI.md 9).
 * @throws as `CameraClient.request`; Rejected `camera_refused` also for an answer that cannot be read
 */
export async function askPlates(
  client: CameraClient,
  after: PicName,
  signal?: AbortSignal,
): Promise<PlatesAnswer | 'not_supported'> {
  try {
    const { body } = await client.request({
      method: 'POST',
      path: PLATES_PATH,
      body: `<?xml version="1.0" encoding="UTF-8"?><AfterTime><picTime>${after}</picTime></AfterTime>`,
      timeoutMs: PLATES_TIMEOUT_MS,
      maxBytes: MAX_PLATES_BYTES,
      ...(signal ? { signal } : {}),
    });
    return readPlates(body);
  } catch (error) {
    if (error instanceof CameraRefused && isNotSupported(error)) return 'not_supported';
    throw error;
  }
}

function isNotSupported({ status, subStatusCode }: CameraRefused): boolean {
  return status === 404 || /^notSupport(ed)?$/i.test(subStatusCode);
}
