// Writes our webhook into the camera: shows the slot before and after, asks, keeps it as it was, writes, reads back.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDeviceInfo } from '../../../shared/isapi/device-info.ts';
import { readNotificationHost } from '../../../shared/isapi/notification-hosts/notification-host.ts';
import { notificationSlots } from '../../../shared/isapi/notification-hosts/notification-slots.ts';
import { differences, type PushTarget } from '../../../shared/isapi/notification-hosts/push-target.ts';
import { withTarget } from '../../../shared/isapi/notification-hosts/with-target.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import { type Clock, isoInstant } from '../../../shared/support/clock.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import { ask as askCamera } from '../ask.ts';
import { chooseSlot } from './choose-slot.ts';
import { isOurs, slotText } from './slot-text.ts';

const PRIVATE_MODE = 0o600;
export type Conversation = {
  say(line: string): void;
  /** Whether the answer was yes. */
  confirm(question: string): Promise<boolean>;
  /** Where the slot as it was is kept. */
  folder: string;
  clock: Clock;
};

/** `before` and `after` in one line each, as `slotText`; `file`: the slot as it was, for `restoreSlot`. */
export type SlotChange = {
  result: 'written' | 'restored' | 'unchanged' | 'declined';
  before: string;
  after: string;
  file: string | null;
};

/**
 * @param slot the slot to take, null for ours or a free one
 * @throws as `NotificationSlots` and `chooseSlot`; Rejected `camera_refused` when the camera stored something else
 */
export async function setUpWebhook(
  opened: OpenedCamera,
  { target, slot }: { target: PushTarget; slot: string | null },
  conversation: Conversation,
): Promise<SlotChange> {
  const { say, confirm, folder, clock } = conversation;
  const slots = notificationSlots(opened.client);
  const chosen = chooseSlot(await slots.list(), slot);
  const before = await slots.read(chosen.id);
  const wanted = withTarget(before.bytes, target);
  const untouched = { before: slotText(before.host), after: slotText(before.host), file: null };
  say(`before  ${untouched.before}`);
  if (wanted.equals(before.bytes)) {
    say('        it is so already; nothing is written');
    return { result: 'unchanged', ...untouched };
  }
  say(`after   ${slotText(readNotificationHost(wanted))}`);
  for (const warning of await warnings(opened, before.host, target)) say(`        ${warning}`);
  const isWanted = await confirm(`Write slot ${chosen.id} of camera ${opened.camera.id}?`);
  if (!isWanted) return { result: 'declined', ...untouched };

  const file = join(
    folder,
    `${opened.camera.id}-slot-${chosen.id}-${isoInstant(clock.now()).replace(/[:.]/g, '')}.xml`,
  );
  await writeFile(file, before.bytes, { mode: PRIVATE_MODE, flag: 'wx' });
  say(`kept    ${file}: --restore puts it back`);
  await slots.write(wanted);
  const after = await slots.read(chosen.id);
  say(`now     ${slotText(after.host)}`);
  const wrong = differences(after.host, target);
  if (wrong.length === 0) return { result: 'written', before: untouched.before, after: slotText(after.host), file };
  throw new Rejected(
    'camera_refused',
    `could not set the webhook up: the camera stored another ${wrong.join(' and ')}; --restore ${file} puts the slot back`,
  );
}

/** The firmware that sends no plates is the one seen to forget its slot (ISAPI.md 1.7). */
async function warnings(
  { client }: OpenedCamera,
  host: Parameters<typeof slotText>[0],
  target: PushTarget,
): Promise<string[]> {
  const { firmwareNote } = readDeviceInfo(await askCamera(client, '/ISAPI/System/deviceInfo'));
  return [
    ...(host.isUsed && !isOurs(host) ? ['this slot is somebody else’s: their pushes end'] : []),
    ...(host.logsIn
      ? ['the camera logs in there with a password that it does not tell: --restore cannot put that back']
      : []),
    ...(target.protocol === 'HTTPS' ? ['many firmwares cannot push by HTTPS: look for a push afterwards'] : []),
    ...(firmwareNote
      ? ['this firmware forgets the slot at every reboot: set it up again then, or use the alert stream']
      : []),
  ];
}
