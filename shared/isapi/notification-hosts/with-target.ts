// A slot's document with another target: only the texts that say where to, every other byte as the camera wrote it.
import { isUtf8 } from 'node:buffer';
import { Rejected } from '../../support/errors.ts';
import { type ElementSpan, elementSpans } from './element-spans.ts';
import { isSlotList, readNotificationHost, SLOT_ROOT } from './notification-host.ts';
import type { PushTarget } from './push-target.ts';

const ADDRESSES = ['hostName', 'ipAddress', 'ipv6Address'] as const;
const PICTURES = 'ANPR/detectionUpLoadPicturesType';

type Edit = { from: number; to: number; text: string };

/**
 * `bytes`: one slot's document, or the list of a camera that has one slot.
 * @throws Rejected `camera_refused` for a document that cannot be changed with certainty
 */
export function withTarget(bytes: Buffer, target: PushTarget): Buffer {
  if (!isUtf8(bytes)) throw refused('it is not UTF-8');
  // Of a list of several, nobody could tell which one is meant.
  readNotificationHost(bytes);
  const xml = bytes.toString('utf8');
  const all = elementSpans(xml);
  const isList = isSlotList(xml);
  const find = (path: string) => all.get(isList ? `${SLOT_ROOT}/${path}` : path);
  const edits: Edit[] = [];
  const set = (path: string, text: string, kind: 'must' | 'may') => {
    const span = find(path);
    if (span === undefined && kind === 'must') throw refused(`it has no ${path}`);
    if (span) edits.push(textOf(span, path, text));
  };
  set('url', target.path, 'must');
  set('protocolType', target.protocol, 'must');
  set('addressingFormatType', target.addressing === 'hostName' ? 'hostname' : 'ipaddress', 'must');
  edits.push(addressEdit(find, target));
  set('portNo', String(target.port), 'must');
  // What logged in elsewhere must not send that login to us.
  set('httpAuthenticationMethod', 'none', 'may');
  set('enabled', 'true', 'may');
  set(PICTURES, 'all', 'may');
  return Buffer.from(applied(xml, edits));
}

/** The type and the element must agree: a camera silently stores 0.0.0.0 where they do not (ISAPI.md 5.3). */
function addressEdit(find: (path: string) => ElementSpan | undefined, { addressing, host }: PushTarget): Edit {
  const wanted = find(addressing);
  if (wanted) return textOf(wanted, addressing, host);
  const stand = ADDRESSES.map(find).find((span) => span !== undefined);
  if (stand === undefined) throw refused('it has no address');
  const { from, to, prefix } = stand;
  return { from, to, text: elementText(`${prefix}${addressing}`, host) };
}

function textOf({ from, to, text, prefix }: ElementSpan, path: string, value: string): Edit {
  if (text) return { ...text, text: escaped(value) };
  return { from, to, text: elementText(`${prefix}${path.slice(path.lastIndexOf('/') + 1)}`, value) };
}

const elementText = (name: string, value: string) => `<${name}>${escaped(value)}</${name}>`;

function applied(xml: string, edits: Edit[]): string {
  const backwards = edits.toSorted((a, b) => b.from - a.from);
  return backwards.reduce((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), xml);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function refused(why: string): Rejected {
  return new Rejected('camera_refused', `could not change the camera's slot: ${why}`);
}
