// The camera's listening slots (ISAPI.md 5.3): read and written one by one or as a list, and as picky as old firmware.
import { isIP } from 'node:net';
import { element, root } from '../alerts/xml.ts';
import { type Answer, accepted, badContent, notSupported, xmlAnswer } from './answer.ts';
import type { Device, ResourceRequest } from './device.ts';

export type NotificationHostsOptions = {
  /** What each slot pushes to at first, null where it is unused: as many slots as are named. */
  slots: readonly (string | null)[];
  /** `list-only`: no address for a single slot. `https-ignored`: HTTPS is taken and HTTP stored. */
  quirk: 'list-only' | 'https-ignored' | null;
};

/** The model has one (ISAPI.md 1.7). */
export const DEFAULT_NOTIFICATION_HOSTS: NotificationHostsOptions = { slots: [null], quirk: null };

type Slot = {
  url: string;
  protocolType: string;
  address: { name: 'hostName' | 'ipAddress' | 'ipv6Address'; value: string };
  portNo: string;
  httpAuthenticationMethod: string;
  pictures: string;
  interval: string;
};

export type NotificationHosts = {
  read(request: ResourceRequest): Answer;
  write(request: ResourceRequest): Answer;
  /** What the first used slot pushes to; null where none is used, or by https, which this camera cannot. */
  pushTo(): URL | null;
  setPush(to: URL | null): void;
  /** Old firmware forgets its slot (ISAPI.md 1.7). */
  forget(): void;
};

const UNUSED: Slot = {
  url: '',
  protocolType: 'HTTP',
  address: { name: 'ipAddress', value: '0.0.0.0' },
  portNo: '0',
  httpAuthenticationMethod: 'none',
  pictures: 'all',
  interval: '0',
};
const SLOT_PATH = /\/(\d+)$/;
const SLOT_ELEMENT = /<HttpHostNotification(?:\s[^>]*)?>[\s\S]*?<\/HttpHostNotification>/g;

export function createNotificationHosts(options: NotificationHostsOptions): NotificationHosts {
  let slots = options.slots.map((to) => slotOf(to === null ? null : new URL(to)));

  function read({ path }: ResourceRequest): Answer {
    const id = SLOT_PATH.exec(path)?.[1];
    if (id === undefined) {
      const inside = slots.flatMap((slot, index) => element('HttpHostNotification', fields(slot, index)));
      return xmlAnswer(200, root('HttpHostNotificationList', 'hikvision-ver20', inside));
    }
    const slot = slots[Number(id) - 1];
    if (slot === undefined || options.quirk === 'list-only') return notSupported(404);
    return xmlAnswer(200, root('HttpHostNotification', 'hikvision-ver20', fields(slot, Number(id) - 1)));
  }

  function write({ path, body }: ResourceRequest): Answer {
    const id = SLOT_PATH.exec(path)?.[1];
    if (id !== undefined && options.quirk === 'list-only') return notSupported(404);
    const first = id === undefined ? 0 : Number(id) - 1;
    const sent = body.match(SLOT_ELEMENT) ?? [];
    const written = sent.map((xml, index) => ({ at: first + index, slot: parsed(xml, first + index) }));
    if (written.length !== (id === undefined ? slots.length : 1)) return badContent();
    if (written.some(({ slot }) => slot === null)) return badContent();
    slots = slots.map((slot, index) => written.find(({ at }) => at === index)?.slot ?? slot);
    return accepted();
  }

  /** Null for anything but the same elements in the same order. */
  function parsed(xml: string, index: number): Slot | null {
    const slot = slots[index];
    if (slot === undefined || orderOf(xml) !== orderOf(fields(slot, index).join(''))) return null;
    const [name = 'ipAddress'] = /<(?:hostName|ipAddress|ipv6Address)/.exec(xml)?.[0].match(/\w+/) ?? [];
    const value = textIn(xml, name);
    const byName = /hostname/i.test(textIn(xml, 'addressingFormatType'));
    const agrees = byName === (name === 'hostName') && (byName || isIP(value) !== 0);
    const protocolType = textIn(xml, 'protocolType');
    return {
      url: textIn(xml, 'url'),
      protocolType: options.quirk === 'https-ignored' ? 'HTTP' : protocolType,
      address: agrees ? { name: addressName(name), value } : UNUSED.address,
      portNo: textIn(xml, 'portNo'),
      httpAuthenticationMethod: textIn(xml, 'httpAuthenticationMethod'),
      pictures: textIn(xml, 'detectionUpLoadPicturesType'),
      interval: textIn(xml, 'intervalBetweenEvents'),
    };
  }

  return {
    read,
    write,
    pushTo: () => {
      const slot = slots.find(({ address }) => address.value !== UNUSED.address.value);
      if (slot === undefined || slot.protocolType !== 'HTTP') return null;
      return URL.parse(`http://${slot.address.value}:${slot.portNo}${slot.url}`);
    },
    setPush: (to) => {
      slots = [slotOf(to), ...slots.slice(1)];
    },
    forget: () => {
      slots = slots.map(() => UNUSED);
    },
  };
}

export function notificationHosts({ notificationHosts: hosts }: Device, request: ResourceRequest): Answer {
  return request.method === 'PUT' ? hosts.write(request) : hosts.read(request);
}

function slotOf(to: URL | null): Slot {
  if (to === null) return UNUSED;
  const isHttps = to.protocol === 'https:';
  return {
    ...UNUSED,
    url: `${to.pathname}${to.search}`,
    protocolType: isHttps ? 'HTTPS' : 'HTTP',
    address: { name: isIP(to.hostname) === 0 ? 'hostName' : 'ipAddress', value: to.hostname },
    portNo: to.port || (isHttps ? '443' : '80'),
  };
}

function fields({ address, ...slot }: Slot, index: number): string[] {
  return [
    ...element('id', index + 1),
    ...element('url', slot.url),
    ...element('protocolType', slot.protocolType),
    ...element('parameterFormatType', 'XML'),
    ...element('addressingFormatType', address.name === 'hostName' ? 'hostname' : 'ipaddress'),
    ...element(address.name, address.value),
    ...element('portNo', slot.portNo),
    ...element('httpAuthenticationMethod', slot.httpAuthenticationMethod),
    ...element('ANPR', element('detectionUpLoadPicturesType', slot.pictures)),
    ...element('Extensions', element('intervalBetweenEvents', slot.interval)),
  ];
}

/** The names of its elements; one kind of address is as good as another. */
function orderOf(xml: string): string {
  const names = [...xml.matchAll(/<(\w+)[\s/>]/g)].map(([, name = '']) => name);
  const inside = names[0] === 'HttpHostNotification' ? names.slice(1) : names;
  return inside.join(' ').replace(/hostName|ipAddress|ipv6Address/, 'address');
}

function textIn(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function addressName(name: string): Slot['address']['name'] {
  return name === 'hostName' || name === 'ipv6Address' ? name : 'ipAddress';
}
