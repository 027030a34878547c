// One event of the camera, as far as a terminal needs it: EventNotificationAlert of any namespace (ISAPI.md 3.3, 4).
import { Rejected } from '../../support/errors.ts';
import { readJsonTree } from './json-tree.ts';
import { type PlateReading, readPlate } from './plate-reading.ts';
import { type Element, readXmlTree, textOf } from './xml-tree.ts';

const ROOT = 'EventNotificationAlert';
/** More pictures than an alert can announce (ISAPI.md 4.1: 0–8). */
const MAX_PICTURES = 8;

type AlertFields = {
  /** Lower case, as cameras differ in case. */
  eventType: string;
  eventState: string;
  /** As sent; '' when there is none (ISAPI.md 3.6). */
  dateTime: string;
  macAddress: string;
};

export type PlateAlert = AlertFields & {
  kind: 'plate';
  reading: PlateReading;
  /** The same for repeated captures of one vehicle; useless short ones are ''. */
  uuid: string;
  /** Sent again after an outage, or from the camera's log: never live. */
  replayed: boolean;
  /** Pictures that follow this event; null when it does not say. */
  pictureCount: number | null;
};

/** `vehicle` is old firmware's event without a plate (V5.4.5, ISAPI.md 1.2); `other` is every other event. */
export type Alert = PlateAlert | (AlertFields & { kind: 'heartbeat' | 'vehicle' | 'other' });

const SHORTEST_UUID = 8;

/** Reads one document, XML or JSON. Throws Rejected when it is malformed, hostile or no alert at all. */
export function readAlert(bytes: Buffer): Alert {
  const root = startsAsJson(bytes) ? readJsonTree(bytes) : readXmlTree(bytes);
  if (root.name !== ROOT) {
    throw new Rejected('invalid_request', `could not read the event: its root is not ${ROOT}`);
  }
  const fields: AlertFields = {
    eventType: textOf(root, 'eventType').toLowerCase(),
    eventState: textOf(root, 'eventState').toLowerCase(),
    dateTime: textOf(root, 'dateTime'),
    macAddress: textOf(root, 'macAddress').toLowerCase(),
  };
  const reading = readPlate(root);
  if (reading === null) return { ...fields, kind: kindWithoutPlate(fields) };
  const uuid = textOf(root, 'UUID');
  return {
    ...fields,
    kind: 'plate',
    reading,
    uuid: uuid.length >= SHORTEST_UUID ? uuid : '',
    replayed: reading.fromHistory || isTrue(root, 'isDataRetransmission') || textOf(root, 'currentEvent') === 'false',
    pictureCount: pictureCount(root, reading),
  };
}

function kindWithoutPlate({ eventType, eventState }: AlertFields): 'heartbeat' | 'vehicle' | 'other' {
  // videoloss + inactive is the camera's sign of life; videoloss + active is a fault (ISAPI.md 3.4).
  if (eventType === 'heartbeat' || (eventType === 'videoloss' && eventState === 'inactive')) return 'heartbeat';
  return eventType === 'vehicledetection' ? 'vehicle' : 'other';
}

function pictureCount(root: Element, reading: PlateReading): number | null {
  const announced = textOf(root, 'picNum') || textOf(root, 'detectionPicturesNumber');
  if (/^\d{1,2}$/.test(announced)) return Math.min(Number(announced), MAX_PICTURES);
  return reading.pictures.length > 0 ? Math.min(reading.pictures.length, MAX_PICTURES) : null;
}

function isTrue(root: Element, name: string): boolean {
  return textOf(root, name).toLowerCase() === 'true';
}

function startsAsJson(bytes: Buffer): boolean {
  return /^[\s\uFEFF]*\{/.test(bytes.toString('utf8', 0, 64));
}
