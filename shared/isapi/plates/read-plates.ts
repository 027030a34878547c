// The answer to the plates query: what the camera remembers of the vehicles that passed (ISAPI.md 9).
import * as z from 'zod';
import type { Detection } from '../../detection/detection.ts';
import { Rejected } from '../../support/errors.ts';
import { readDocument, Text } from '../document.ts';
import { readCaptureTime } from './capture-time.ts';
import { type PicName, parsePicName } from './pic-name.ts';

/** Thousands of rows; the real upper size is unknown (ISAPI.md 12). */
export const MAX_PLATES_BYTES = 2 * 1024 * 1024;
/** Longest text kept of any field; the rest is cut. */
const MAX_TEXT = 128;

/** One vehicle that the camera remembers. Every field but the name may be empty. */
export type PlateRow = {
  /** Made of `captureTime` where the camera gave none. */
  picName: PicName;
  /** As a `dateTime`, with the offset that the camera gave, if any; null when it gave no readable one. */
  dateTime: string | null;
  /** As sent; '' when there is none. `unknown` and `noPlate` are unread plates. */
  plateAsRead: string;
  country: string;
  lane: string;
  direction: Detection['direction'];
  /** The camera's list that matched, as it calls it. */
  list: string;
};

export type PlatesAnswer = {
  /** In the camera's order, which is none. */
  rows: PlateRow[];
  /** Rows without any time or name: nothing can be made of them. */
  unreadable: number;
};

const Row = z.object({
  captureTime: Text,
  plateNumber: Text,
  picName: Text,
  country: Text,
  laneNo: Text,
  direction: Text,
  matchingResult: Text,
});
const List = z.preprocess(
  (sent) => (sent === undefined || Array.isArray(sent) ? sent : [sent]),
  z.array(z.unknown()).optional(),
);
const Plates = z.union([
  z.object({ Plate: List }).transform(({ Plate = [] }) => Plate),
  // An empty list parses into the text between its tags.
  z.literal('').transform(() => []),
]);

/**
 * A bad row costs that row, never the answer.
 * @throws Rejected `camera_refused` when the bytes are too many, cut short, hostile or no Plates
 */
export function readPlates(bytes: Uint8Array): PlatesAnswer {
  const shape = { roots: ['Plates'], lists: ['Plate'], maxBytes: MAX_PLATES_BYTES };
  const { data: sent } = Plates.safeParse(readDocument(bytes, shape).value);
  if (sent === undefined) {
    throw new Rejected('camera_refused', "could not read the camera's Plates: they have another shape");
  }
  const rows = sent.flatMap((each) => rowOf(each) ?? []);
  return { rows, unreadable: sent.length - rows.length };
}

function rowOf(sent: unknown): PlateRow | null {
  const { data } = Row.safeParse(sent);
  if (data === undefined) return null;
  const dateTime = readCaptureTime(data.captureTime);
  const picName = parsePicName(data.picName) ?? (dateTime === null ? null : nameOf(dateTime));
  if (picName === null) return null;
  return {
    picName,
    dateTime,
    plateAsRead: data.plateNumber.slice(0, MAX_TEXT),
    country: data.country.toUpperCase() === 'NON' ? '' : known(data.country),
    lane: known(data.laneNo),
    direction: directionOf(data.direction.toLowerCase()),
    list: known(data.matchingResult),
  };
}

/** Seventeen digits and nothing of the offset: names are the camera's wall clock. */
function nameOf(dateTime: string): PicName | null {
  const [, wall = '', fraction = ''] = /^([\dT:-]{19})(?:\.(\d+))?/i.exec(dateTime) ?? [];
  return parsePicName(wall.replace(/\D/g, '') + fraction.slice(0, 3).padEnd(3, '0'));
}

function directionOf(text: string): Detection['direction'] {
  return text === 'forward' || text === 'reverse' ? text : 'unknown';
}

function known(text: string): string {
  return text.toLowerCase() === 'unknown' ? '' : text.slice(0, MAX_TEXT);
}
