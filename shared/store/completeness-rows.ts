// The rows of an hour account, packed: a vehicle a second for an hour must fit into one item of the table (400 kB).
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import * as z from 'zod';
import { type DetectionId, DetectionIdSchema } from '../detection/detection.ts';
import { normalisePlate, type Plate } from '../detection/plate.ts';
import { type PicName, parsePicName } from '../isapi/plates/pic-name.ts';
import { isoInstant } from '../support/clock.ts';

/** An hour of a vehicle a second is 3,600. */
export const MAX_ACCOUNT_ROWS = 4_000;
/** Below DynamoDB's 400 kB with room for the rest of the item. */
const MAX_PACKED_BYTES = 380_000;
/** No 4,000 rows are as long, whatever was in them. */
const MAX_UNPACKED_BYTES = 8 * 1024 * 1024;
/** What is left of rows that were too long, before it is tried again. */
const KEPT_SHARE = 0.8;

/** One row that a camera's memory held. */
export type RememberedRow = {
  /** The camera's own name for it. */
  picName: PicName;
  /** The detection that it tells of. */
  id: DetectionId;
  /** UTC instant by the camera's clock. */
  capturedAt: string;
  plate: Plate | null;
  /** '' where the camera names none. */
  lane: string;
};

const Packed = z.array(z.tuple([z.string(), DetectionIdSchema, z.int(), z.string(), z.string()]));
const pack = promisify(deflateRaw);
const unpack = promisify(inflateRaw);

/** `rows`: how many of them, the first ones, it was possible to pack. */
export async function packRows(hour: string, rows: readonly RememberedRow[]): Promise<{ bytes: Buffer; rows: number }> {
  const start = Date.parse(hour);
  const packed: z.infer<typeof Packed> = rows
    .slice(0, MAX_ACCOUNT_ROWS)
    .map(({ picName, id, capturedAt, plate, lane }) => [
      picName,
      id,
      Date.parse(capturedAt) - start,
      plate ?? '',
      lane,
    ]);
  for (;;) {
    const bytes = await pack(Buffer.from(JSON.stringify(packed)));
    if (bytes.length <= MAX_PACKED_BYTES) return { bytes, rows: packed.length };
    packed.length = Math.floor(packed.length * KEPT_SHARE);
  }
}

/** Throws when they were not packed by `packRows`. A row whose name is none is left out. */
export async function unpackRows(hour: string, bytes: Uint8Array): Promise<RememberedRow[]> {
  const json = await unpack(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  const start = Date.parse(hour);
  return Packed.parse(JSON.parse(json.toString())).flatMap(([name, id, offsetMs, plate, lane]) => {
    const picName = parsePicName(name);
    if (picName === null) return [];
    return [{ picName, id, capturedAt: isoInstant(start + offsetMs), plate: normalisePlate(plate), lane }];
  });
}
