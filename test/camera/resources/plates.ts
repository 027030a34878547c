// The camera's memory of plates, and the query that reads it (ISAPI.md 9).
import { seventeenDigits, wallClock } from '../alerts/camera-time.ts';
import { element, root, type XmlNamespace } from '../alerts/xml.ts';
import { isUnread, type LedgerEntry } from '../passage.ts';
import { type Answer, badContent, notSupported, xmlAnswer } from './answer.ts';
import type { Device, ResourceRequest } from './device.ts';
import { readPicTime } from './pic-time.ts';

export type PlatesOptions = {
  supported: boolean;
  /** The oldest plate stands at the end, whatever was asked for: as one client found out at a gate. */
  unsorted: boolean;
  picNameDigits: 18 | 25;
  captureTime: 'sub-second' | 'offset' | 'digits';
  /** An unread plate has no `plateNumber` at all, instead of `unknown`. */
  unreadMissing: boolean;
  namespace: XmlNamespace;
  rowsPerAnswer: number;
  /** Passages that the camera remembers; the oldest are forgotten. */
  memory: number;
  /** What comes for the picture of a remembered plate. */
  picture: 'jpeg' | 'missing' | 'error-with-200' | 'login-page-with-200';
};

export const DEFAULT_PLATES: PlatesOptions = {
  supported: true,
  unsorted: false,
  picNameDigits: 18,
  captureTime: 'sub-second',
  unreadMissing: false,
  namespace: 'hikvision-ver20',
  rowsPerAnswer: 50,
  memory: 200,
  picture: 'jpeg',
};

const PIC_TIME = /<(?:\w+:)?picTime\s*>([^<]*)</;

/** All that the query needs of its camera. */
type Remembering = Pick<Device, 'plates' | 'memory' | 'zoneMinutes'>;

export function plates(device: Remembering, request: Pick<ResourceRequest, 'body'>): Answer {
  if (!device.plates.supported) return notSupported(403);
  const asked = PIC_TIME.exec(request.body)?.[1];
  const after = asked === undefined ? null : readPicTime(asked.trim(), device.zoneMinutes());
  if (after === null) return badContent();
  const remembered = device.memory();
  const newer = remembered.filter((entry) => isAfter(entry.picName, after)).slice(0, device.plates.rowsPerAnswer);
  const oldest = remembered[0];
  const rows = device.plates.unsorted && oldest ? [...newer.filter((entry) => entry !== oldest), oldest] : newer;
  return xmlAnswer(
    200,
    root(
      'Plates',
      device.plates.namespace,
      rows.flatMap((entry) => row(entry, device)),
    ),
  );
}

/**
 * `yyyyMMddHHmmss`, milliseconds, and a last digit that keeps passages of one millisecond apart; the longest names seen
 * in the field have 25 digits, beyond what a double or 64 bits hold.
 */
export function picName(capturedAt: number, zoneMinutes: number, sequence: number, digits: 18 | 25): string {
  const name = seventeenDigits(wallClock(capturedAt, zoneMinutes));
  return `${name}${String(sequence)
    .padStart(digits - name.length, '0')
    .slice(name.length - digits)}`;
}

/** Names differ in length: the time decides, then the rest as if zeros followed. */
function isAfter(name: string, after: string): boolean {
  const digits = Math.max(name.length, after.length);
  return name.padEnd(digits, '0') > after.padEnd(digits, '0');
}

function row(entry: LedgerEntry, device: Remembering): string[] {
  const { passage } = entry;
  const number = isUnread(passage) ? (device.plates.unreadMissing ? [] : element('plateNumber', 'unknown')) : null;
  return element('Plate', [
    ...element('captureTime', captureTime(entry, device)),
    ...(number ?? element('plateNumber', passage.plate ?? '')),
    ...element('picName', entry.picName),
    ...element('country', passage.country),
    ...element('laneNo', passage.lane),
    ...element('direction', passage.direction),
    ...element('matchingResult', passage.list),
  ]);
}

function captureTime({ capturedAt }: LedgerEntry, device: Remembering): string {
  const digits = seventeenDigits(wallClock(capturedAt, device.zoneMinutes()));
  const [day, rest] = [digits.slice(0, 8), digits.slice(8)];
  if (device.plates.captureTime === 'digits') return digits;
  if (device.plates.captureTime === 'sub-second') return `${day}T${rest}0`;
  const east = Math.abs(device.zoneMinutes());
  const zone = `${String(Math.trunc(east / 60)).padStart(2, '0')}${String(east % 60).padStart(2, '0')}`;
  return `${day}T${rest.slice(0, 6)}${device.zoneMinutes() < 0 ? '-' : '+'}${zone}`;
}
