// The ANPR block of an alert (ISAPI.md 4.2). Every field may be missing, empty or in another order.
import type { Detection } from '../../detection/detection.ts';
import { childOf, type Element, textOf } from './xml-tree.ts';

/** Longest text kept of any field; the rest is cut. */
const MAX_TEXT = 128;

/** A picture that the event announces: what it shows and how its part may be named. */
export type AnnouncedPicture = { type: string; id: string };

export type PlateReading = {
  /** As sent; '' when empty or missing. */
  plateAsRead: string;
  direction: Detection['direction'];
  /** 0–100; null when not given (0 means that too). */
  confidence: number | null;
  lane: string;
  country: string;
  plateType: string;
  plateColor: string;
  list: string;
  vehicle: NonNullable<Detection['vehicle']>;
  fromHistory: boolean;
  /** `yyyyMMddHHmmssSSS`, camera local; '' when not given. */
  pictureTime: string;
  pictures: AnnouncedPicture[];
};

/** null when the event carries no plate block: a heartbeat, motion, or old firmware's bare vehicledetection. */
export function readPlate(root: Element): PlateReading | null {
  const anpr = childOf(root, 'ANPR');
  if (!anpr && textOf(root, 'eventType').toLowerCase() !== 'anpr') return null;
  const at = (name: string) => known(textOf(anpr, name));
  const pictures = childOf(anpr, 'pictureInfoList')?.children ?? [];
  return {
    plateAsRead: (textOf(anpr, 'licensePlate') || textOf(anpr, 'originalLicensePlate')).slice(0, MAX_TEXT),
    direction: directionOf(textOf(anpr, 'direction').toLowerCase()),
    confidence: confidenceOf(textOf(anpr, 'confidenceLevel')),
    lane: at('line'),
    country: countryOf(textOf(root, 'countryAbbreviation')) || countryOf(textOf(anpr, 'country')),
    plateType: at('plateType'),
    plateColor: at('plateColor'),
    list: at('vehicleListName') || at('listType'),
    vehicle: vehicleOf(anpr),
    fromHistory: textOf(anpr, 'alarmDataType') === '1' || textOf(root, 'alarmDataType') === '1',
    pictureTime: textOf(pictures[0], 'absTime'),
    pictures: pictures.map((picture) => ({
      type: textOf(picture, 'type') || textOf(picture, 'fileName'),
      id: textOf(picture, 'pId'),
    })),
  };
}

function vehicleOf(anpr: Element | undefined): PlateReading['vehicle'] {
  const info = childOf(anpr, 'vehicleInfo');
  const type = known(textOf(anpr, 'vehicleType'));
  const color = known(textOf(info, 'color'));
  const brand = known(textOf(info, 'vehicleLogoRecog'));
  const model = known(textOf(info, 'vehileModel'));
  const speed = textOf(info, 'speed');
  return {
    ...(type && { type }),
    ...(color && { color }),
    ...(brand && brand !== '0' && { brand }),
    ...(model && model !== '0' && { model }),
    ...(/^\d{1,3}(\.\d+)?$/.test(speed) && Number(speed) > 0 && { speedKmh: Number(speed) }),
  };
}

function known(text: string): string {
  return text.toLowerCase() === 'unknown' ? '' : text.slice(0, MAX_TEXT);
}

/** `NON` is the camera's word for no country (ISAPI.md 9). */
function countryOf(text: string): string {
  return text.toUpperCase() === 'NON' ? '' : known(text);
}

function directionOf(text: string): Detection['direction'] {
  return text === 'forward' || text === 'reverse' ? text : 'unknown';
}

function confidenceOf(text: string): number | null {
  const value = /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : 0;
  return value > 0 && value <= 100 ? value : null;
}
