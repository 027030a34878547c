// Reads and writes the camera's slots. One slot is written at a time, by its own address: a list written back would
// write other people's slots too, whose passwords the camera never tells (ISAPI.md 5.3).
import { isUtf8 } from 'node:buffer';
import { Rejected } from '../../support/errors.ts';
import { CameraRefused } from '../answer.ts';
import type { CameraClient } from '../client.ts';
import { isSlotList, type NotificationHost, readNotificationHost, readNotificationHosts } from './notification-host.ts';

const HOSTS_PATH = '/ISAPI/Event/notification/httpHosts';
/** A camera writes its flash before it answers a PUT. */
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
const SLOT_ID = /^\d{1,2}$/;

/** A slot's document as the camera sent it; `isList`: the list of a camera that has one slot and no address for it. */
export type SlotDocument = { bytes: Buffer; host: NotificationHost };

export interface NotificationSlots {
  /** All throw as `CameraClient.request`, and Rejected `camera_refused` for what is no such document. */
  list(): Promise<NotificationHost[]>;
  read(id: string): Promise<SlotDocument>;
  /** Exactly these bytes; a list goes to the list's address, a slot to its own. */
  write(bytes: Buffer): Promise<void>;
}

export function notificationSlots(client: CameraClient): NotificationSlots {
  const get = async (path: string) =>
    (await client.request({ method: 'GET', path, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES })).body;

  return {
    list: async () => readNotificationHosts(await get(HOSTS_PATH)),

    async read(id) {
      const bytes = await get(pathOf(id)).catch(async (error: unknown) => {
        if (!(error instanceof CameraRefused) || !isUnknown(error)) throw error;
        const list = await get(HOSTS_PATH);
        if (readNotificationHosts(list).length === 1) return list;
        throw error;
      });
      const host = readNotificationHost(bytes);
      if (host.id === id) return { bytes, host };
      throw new Rejected('camera_refused', `could not read slot ${id}: the camera answered with another one`);
    },

    async write(bytes) {
      if (!isUtf8(bytes)) throw new Rejected('invalid_request', 'could not write the slot: it is not UTF-8');
      const { id } = readNotificationHost(bytes);
      const body = bytes.toString('utf8');
      await client.request({
        method: 'PUT',
        path: isSlotList(body) ? HOSTS_PATH : pathOf(id),
        body,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
      });
    },
  };
}

function pathOf(id: string): string {
  if (SLOT_ID.test(id)) return `${HOSTS_PATH}/${id}`;
  throw new Rejected('camera_refused', 'could not address the slot: its id is no small number');
}

function isUnknown({ status, subStatusCode }: CameraRefused): boolean {
  return status === 404 || status === 405 || /^(notSupport|methodNotAllowed)/i.test(subStatusCode);
}
