// Where the camera pushes its events to: its "HTTP listening" slots (ISAPI.md 5.3).
import * as z from 'zod';
import { readAs, readDocument, Text, WholeNumber } from '../document.ts';

/** What an unused slot names (ISAPI.md 5.3). */
const NOBODY = new Set(['', '0.0.0.0', '::', '::0']);
/** More slots than any camera has. */
const MAX_SLOTS = 32;

export const SLOT_ROOT = 'HttpHostNotification';
const LIST_ROOT = 'HttpHostNotificationList';

const LIST_TAG = new RegExp(`<(?:[\\w.-]+:)?${LIST_ROOT}[\\s>]`);

export type NotificationHost = {
  /** The slot: `1`. */
  id: string;
  /** `HTTP`, `HTTPS`, `EHome`. */
  protocol: string;
  /** A name or an address, '' in an unused slot. */
  host: string;
  port: number | null;
  /** Path and query; may hold a token. */
  path: string;
  isUsed: boolean;
  /** The camera logs in there: `MD5digest`, `basic`. Its password is never told, so nothing can put it back. */
  logsIn: boolean;
  /** Which pictures go along: `all`, `notUpload`, … ; '' where the camera does not say. */
  pictures: string;
};

const Slot = z.object({
  id: Text,
  url: Text,
  protocolType: Text,
  addressingFormatType: Text,
  hostName: Text,
  ipAddress: Text,
  ipv6Address: Text,
  portNo: WholeNumber,
  httpAuthenticationMethod: Text,
  ANPR: z.object({ detectionUpLoadPicturesType: Text }).catch({ detectionUpLoadPicturesType: '' }),
});
const Slots = z.object({ [SLOT_ROOT]: z.array(Slot).max(MAX_SLOTS).default([]) });

/**
 * `GET /ISAPI/Event/notification/httpHosts`: all slots, the unused ones too.
 * @throws Rejected `camera_refused` when the bytes are no such list
 */
export function readNotificationHosts(bytes: Uint8Array): NotificationHost[] {
  const list = readAs(bytes, { roots: [LIST_ROOT], lists: [SLOT_ROOT] }, Slots);
  return list[SLOT_ROOT].map(hostOf);
}

/**
 * One slot's document, `GET …/httpHosts/<id>`, or a list of one.
 * @throws Rejected `camera_refused` when the bytes are neither
 */
export function readNotificationHost(bytes: Uint8Array): NotificationHost {
  const { root } = readDocument(bytes, { roots: [SLOT_ROOT, LIST_ROOT] });
  if (root === SLOT_ROOT) return hostOf(readAs(bytes, { roots: [SLOT_ROOT] }, Slot));
  const [only, ...others] = readNotificationHosts(bytes);
  if (only === undefined || others.length > 0) return hostOf(readAs(bytes, { roots: [SLOT_ROOT] }, Slot));
  return only;
}

export function isSlotList(xml: string): boolean {
  return LIST_TAG.test(xml);
}

function hostOf(slot: z.infer<typeof Slot>): NotificationHost {
  const byName = /^hostname$/i.test(slot.addressingFormatType);
  const address = NOBODY.has(slot.ipAddress) ? slot.ipv6Address || slot.ipAddress : slot.ipAddress;
  const host = byName ? slot.hostName : address;
  return {
    id: slot.id,
    protocol: slot.protocolType.toUpperCase(),
    host,
    port: slot.portNo,
    path: slot.url,
    isUsed: !NOBODY.has(host),
    logsIn: slot.httpAuthenticationMethod !== '' && !/^none$/i.test(slot.httpAuthenticationMethod),
    pictures: slot.ANPR.detectionUpLoadPicturesType,
  };
}
