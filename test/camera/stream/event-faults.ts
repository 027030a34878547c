// Events that arrive damaged: each fault says which bytes go out instead, and what happens to the stream after them.

import type { SentPicture } from '../passage.ts';
import { FILLER_JPEG, withComment } from '../pictures/jpeg-size.ts';
import { type Framing, frame, type Part } from './framing.ts';

export type Ending = 'open' | 'silence' | 'fin' | 'rst';
export type Damaged = { bytes: Buffer; ending: Ending };
type Fault = (parts: readonly Part[], framing: Framing) => Damaged;

export const EVENT_FAULTS = {
  'truncated-picture-then-silence': (parts, framing) => ({ bytes: cut(parts, framing), ending: 'silence' }),
  'truncated-picture-then-fin': (parts, framing) => ({ bytes: cut(parts, framing), ending: 'fin' }),
  'truncated-picture-then-rst': (parts, framing) => ({ bytes: cut(parts, framing), ending: 'rst' }),
  'truncated-picture-then-next-part': (parts, framing) => ({ bytes: cut(parts, framing), ending: 'open' }),
  'pictures-never-come': (parts, framing) =>
    open(
      frame(
        parts.filter((part) => 'alert' in part),
        framing,
      ),
    ),
  'unannounced-picture': (parts, framing) => open(frame([...parts, { picture: unannounced() }], framing)),
  'truncated-xml': (parts, framing) => open(frame(parts.map(halfTheAlert), framing)),
  doctype: (parts, framing) => open(frame(parts.map(withDoctype), framing)),
  'event-inside-picture': (parts, framing) =>
    open(
      frame(
        parts.map((part) => hideEvent(part, framing)),
        framing,
      ),
    ),
} satisfies Record<string, Fault>;
export type EventFault = keyof typeof EVENT_FAULTS;

/** The plate of the event hidden in a picture: it never passed, and no one may store it. */
export const HIDDEN_PLATE = 'HIDDEN1';

const open = (bytes: Buffer): Damaged => ({ bytes, ending: 'open' });

/** All bytes up to the middle of the last part's body. */
function cut(parts: readonly Part[], framing: Framing): Buffer {
  const last = parts.at(-1);
  const whole = frame(parts, framing);
  if (last === undefined) return whole;
  const body = 'picture' in last ? last.picture.bytes.length + framing.afterPicture.length : last.alert.join('').length;
  return whole.subarray(0, whole.length - Math.ceil(body / 2));
}

function halfTheAlert(part: Part): Part {
  return 'picture' in part ? part : { alert: part.alert.slice(0, Math.ceil(part.alert.length / 2)) };
}

function withDoctype(part: Part): Part {
  if ('picture' in part) return part;
  return { alert: ['<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', ...part.alert] };
}

function unannounced(): SentPicture {
  return { fileName: 'detectionPicture.jpg', pictureId: 'unannounced', bytes: FILLER_JPEG };
}

/** A whole alert, delimiter and all, inside a comment segment of the JPEG: only counting bytes tells it from a real one. */
function hideEvent(part: Part, framing: Framing): Part {
  if (!('picture' in part)) return part;
  const alert = ['<EventNotificationAlert version="2.0">', '<eventType>ANPR</eventType>', '<ANPR>'];
  const plate = [`<licensePlate>${HIDDEN_PLATE}</licensePlate>`, '</ANPR>', '</EventNotificationAlert>'];
  const hidden = Buffer.concat([Buffer.from('\r\n'), frame([{ alert: [...alert, ...plate] }], framing)]);
  return { picture: { ...part.picture, bytes: withComment(part.picture.bytes, hidden) } };
}
