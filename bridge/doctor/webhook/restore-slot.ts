import { readFile } from 'node:fs/promises';
import {
  type NotificationHost,
  readNotificationHost,
} from '../../../shared/isapi/notification-hosts/notification-host.ts';
import { notificationSlots } from '../../../shared/isapi/notification-hosts/notification-slots.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import { Rejected, reasonOf } from '../../../shared/support/errors.ts';
import { WrongUsage } from '../arguments.ts';
import type { Conversation, SlotChange } from './set-up-webhook.ts';
import { slotText } from './slot-text.ts';

/**
 * Puts a slot back exactly as `setUpWebhook` kept it, and compares what the camera says then.
 * @throws as `NotificationSlots`; WrongUsage when the file cannot be read or holds no slot; Rejected when the camera stored something else
 */
export async function restoreSlot(
  opened: OpenedCamera,
  file: string,
  { say, confirm }: Pick<Conversation, 'say' | 'confirm'>,
): Promise<SlotChange> {
  const kept = await readFile(file).catch((cause: unknown) => {
    throw new WrongUsage(`could not read the file of --restore: ${reasonOf(cause)}`, { cause });
  });
  const host = slotIn(kept, file);
  const slots = notificationSlots(opened.client);
  const before = slotText((await slots.read(host.id)).host);
  say(`now     ${before}`);
  say(`kept    ${slotText(host)}`);
  const isWanted = await confirm(`Put slot ${host.id} of camera ${opened.camera.id} back?`);
  if (!isWanted) return { result: 'declined', before, after: before, file };
  await slots.write(kept);
  const after = await slots.read(host.id);
  if (after.bytes.equals(kept)) say('back    byte for byte as it was');
  else if (slotText(after.host) === slotText(host) && after.host.path === host.path) say('back    as it was');
  else throw new Rejected('camera_refused', 'could not restore the slot: the camera stored something else');
  return { result: 'restored', before, after: slotText(after.host), file };
}

function slotIn(kept: Buffer, file: string): NotificationHost {
  try {
    return readNotificationHost(kept);
  } catch (cause) {
    throw new WrongUsage(`could not read the file of --restore: ${file} holds no slot of a camera`, { cause });
  }
}
