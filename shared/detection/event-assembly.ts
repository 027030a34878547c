// Puts a camera's parts together: an event, then the pictures that belong to it. The same for the stream and the webhook.
import { type Alert, type PlateAlert, readAlert } from '../isapi/alert/alert.ts';
import { kindOf } from '../isapi/multipart/part-body.ts';
import type { PartHeaders } from '../isapi/multipart/part-headers.ts';
import type { PictureBytes } from '../pictures/describe-picture.ts';
import { jpegOf } from '../pictures/jpeg.ts';
import { freeKind, pictureKind } from '../pictures/kinds.ts';
import { reasonOf } from '../support/errors.ts';
import type { Detection } from './detection.ts';
import { type Arrival, detectionFromAlert } from './from-alert.ts';

/** Pictures of one event held in memory; above it what is there goes on, so that eight large scenes do not pile up. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;

export type EventFault = 'event_malformed' | 'picture_malformed' | 'picture_without_event' | 'part_unknown';

export type Assembled =
  /** A plate, as soon as its XML is in. */
  | { type: 'read'; detection: Detection }
  /** Its pictures, once they are in; only ones not handed on before. */
  | { type: 'pictures'; detection: Detection; pictures: PictureBytes[] }
  | { type: 'heartbeat'; dateTime: string }
  | { type: 'ignored'; eventType: string; vehicle: boolean }
  | { type: 'fault'; fault: EventFault; reason: string };

type OpenRead = {
  alert: PlateAlert;
  detection: Detection;
  kinds: Set<string>;
  fresh: PictureBytes[];
  /** Pictures still to come; null when the event does not say how many. */
  awaited: number | null;
};

export class EventAssembly {
  readonly #arrival: () => Omit<Arrival, 'bytes'>;
  #open: OpenRead | null = null;
  #heldBytes = 0;

  constructor(arrival: () => Omit<Arrival, 'bytes'>) {
    this.#arrival = arrival;
  }

  /** Bytes of pictures whose event still waits for more. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  take(part: { headers: PartHeaders; body: Buffer }): Assembled[] {
    const { headers, body } = part;
    const kind = kindOf(body);
    if (kind === 'picture') return this.#takePicture(headers, body);
    const isText = kind === 'document' || headers.contentType.endsWith('json') || body[0] === 0x7b;
    if (isText) return this.#takeEvent(body);
    return [fault('part_unknown', `a part is neither an event nor a picture: ${headers.contentType || 'no type'}`)];
  }

  /** Hands on the pictures that are in, when no more are to be expected soon: the next event, a pause, the end. */
  flush(): Assembled[] {
    const open = this.#open;
    if (!open || open.fresh.length === 0) return [];
    const pictures = open.fresh;
    open.fresh = [];
    this.#heldBytes = 0;
    return [{ type: 'pictures', detection: open.detection, pictures }];
  }

  #takeEvent(body: Buffer): Assembled[] {
    let alert: Alert;
    try {
      alert = readAlert(body);
    } catch (error) {
      return [...this.#close(), fault('event_malformed', reasonOf(error))];
    }
    if (alert.kind === 'heartbeat') return [...this.flush(), { type: 'heartbeat', dateTime: alert.dateTime }];
    if (alert.kind !== 'plate') {
      // Pictures that follow an ordinary event are its own, and no earlier vehicle's (ISAPI.md 3.2).
      const ignored: Assembled = { type: 'ignored', eventType: alert.eventType, vehicle: alert.kind === 'vehicle' };
      return [...this.#close(), ignored];
    }
    const before = this.#close();
    const detection = detectionFromAlert(alert, { ...this.#arrival(), bytes: body });
    this.#open = { alert, detection, kinds: new Set(), fresh: [], awaited: alert.pictureCount };
    return [...before, { type: 'read', detection }];
  }

  #takePicture(headers: PartHeaders, body: Buffer): Assembled[] {
    const open = this.#open;
    if (!open || open.awaited === 0) return [fault('picture_without_event', 'a picture follows no plate event')];
    if (open.awaited !== null) open.awaited -= 1;
    const bytes = jpegOf(body);
    const kind = bytes && freeKind(kindOfPart(headers, open), open.kinds);
    if (!bytes || !kind)
      return [fault('picture_malformed', 'a picture does not end as a JPEG'), ...this.#flushIfDone()];
    open.kinds.add(kind);
    open.fresh.push({ kind, bytes });
    this.#heldBytes += bytes.length;
    return this.#flushIfDone();
  }

  #flushIfDone(): Assembled[] {
    const awaited = this.#open?.awaited ?? 0;
    return awaited === 0 || this.#heldBytes >= MAX_HELD_BYTES ? this.flush() : [];
  }

  #close(): Assembled[] {
    const last = this.flush();
    this.#open = null;
    return last;
  }
}

/** By id (name, filename or Content-ID), else by the part's own words, else by its place in the event's list. */
function kindOfPart(headers: PartHeaders, open: OpenRead): string {
  const names = [headers.name, headers.filename, headers.contentId].filter((name) => name !== '');
  const announced = open.alert.reading.pictures;
  const byId = announced.find(({ id }) => id !== '' && names.some((name) => name.replace(/\.jpe?g$/i, '') === id));
  if (byId) return pictureKind(byId.type);
  const byName = names.map(pictureKind).find((kind) => kind !== 'other');
  return byName ?? pictureKind(announced[open.kinds.size]?.type ?? '');
}

function fault(kind: EventFault, reason: string): Assembled {
  return { type: 'fault', fault: kind, reason };
}
