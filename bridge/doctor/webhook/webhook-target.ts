import type { Camera } from '../../../shared/isapi/cameras.ts';
import { type PushTarget, pushTargetOf } from '../../../shared/isapi/notification-hosts/push-target.ts';
import { Rejected } from '../../../shared/support/errors.ts';

/** @throws Rejected `invalid_request` */
export function webhookTarget(
  camera: Camera,
  { url, apiUrl }: { url: string | null; apiUrl: string | null },
): PushTarget {
  if (url !== null) return pushTargetOf(url);
  if (apiUrl === null) {
    throw new Rejected(
      'invalid_request',
      'could not set the webhook up: neither --webhook-url nor GATE_API_URL says where to',
    );
  }
  // The seed's path ends in a slash, and so does ours.
  const token = camera.pushToken === undefined ? '' : `${encodeURIComponent(camera.pushToken.reveal())}`;
  return pushTargetOf(`${apiUrl}/api/gate/anpr-event/${token}`);
}
