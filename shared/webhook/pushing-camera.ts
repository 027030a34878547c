import type { Camera } from '../isapi/cameras.ts';
import type { PushingCamera } from './push-source.ts';

/** A configured camera as the webhook knows it: it pushes from where it is reached, unless the configuration says more. */
export function pushingCamera({ id, host, pushFrom, pushToken, mac, timeZone }: Camera): PushingCamera {
  return { id, pushFrom: pushFrom.length > 0 ? pushFrom : [host], pushToken, mac, timeZone };
}
