import type { CameraClient } from '../../shared/isapi/client.ts';

const TIMEOUT_MS = 8_000;
const MAX_BYTES = 256 * 1024;

/** What every check that asks the camera may take: one question, or two. */
export const QUESTION_LIMIT_MS = 2 * TIMEOUT_MS + 2_000;

/** One document of the camera. Throws as `CameraClient.request`. */
export async function ask(client: CameraClient, path: string): Promise<Buffer> {
  return (await client.request({ method: 'GET', path, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES })).body;
}
