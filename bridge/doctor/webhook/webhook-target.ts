import type { Camera } from '../../../shared/isapi/cameras.ts';
import { type PushTarget, pushTargetOf } from '../../../shared/isapi/notification-hosts/push-target.ts';
import { reasonOf } from '../../../shared/support/errors.ts';
import { WrongUsage } from '../arguments.ts';

type Wanted = { url: string | null; apiUrl: string | null };

/** @throws WrongUsage */
export function webhookTarget(camera: Camera, wanted: Wanted): PushTarget {
  try {
    return pushTargetOf(webhookUrl(camera, wanted));
  } catch (cause) {
    throw cause instanceof WrongUsage ? cause : new WrongUsage(reasonOf(cause), { cause });
  }
}

function webhookUrl({ pushToken }: Camera, { url, apiUrl }: Wanted): string {
  if (url !== null) return url;
  if (apiUrl === null) {
    throw new WrongUsage('could not set the webhook up: neither --webhook-url nor GATE_API_URL says where to');
  }
  // The seed's path ends in a slash, and so does ours.
  const token = pushToken === undefined ? '' : encodeURIComponent(pushToken.reveal());
  return `${apiUrl}/api/gate/anpr-event/${token}`;
}
