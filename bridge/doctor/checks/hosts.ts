// Where the camera pushes to: read, never written here (webhook/ writes, and only when asked).
import type { CameraClient } from '../../../shared/isapi/client.ts';
import type { NotificationHost } from '../../../shared/isapi/notification-hosts/notification-host.ts';
import { notificationSlots } from '../../../shared/isapi/notification-hosts/notification-slots.ts';
import { failureOf, isNotThere } from '../failure-of.ts';
import { type Outcome, ok, skipped, warn } from '../finding.ts';
import { isOurs, slotText } from '../webhook/slot-text.ts';

export async function checkNotificationHosts(client: CameraClient): Promise<Outcome> {
  try {
    return judged(await notificationSlots(client).list());
  } catch (error) {
    if (isNotThere(error)) return skipped('the camera has no notification hosts: it cannot push');
    return failureOf(error, 'look at Network, Advanced, HTTP Listening in the camera');
  }
}

function judged(hosts: readonly NotificationHost[]): Outcome {
  const used = hosts.filter(({ isUsed }) => isUsed);
  if (used.length === 0) return ok(`the camera pushes nowhere (${hosts.length} free); the alert stream is the way`);
  const seen = used.map(slotText).join('; ');
  const ours = used.filter(isOurs);
  if (ours.length === 0) return ok(`pushes go elsewhere, and are left alone: ${seen}`);
  if (ours.some(({ pictures }) => /^notUpload$/i.test(pictures))) {
    return warn(`${seen}: without pictures`, 'npm run doctor -- --set-up-webhook switches them on and shows it before');
  }
  return ok(seen);
}
