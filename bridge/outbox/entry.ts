// One message on disk: a header line with a checksum, the Detection as JSON, then its pictures' bytes, all in one file.
// One file, so that a read and its pictures are there together or not at all.
import { createHash } from 'node:crypto';
import { type Detection, DetectionSchema } from '../../shared/detection/detection.ts';

const FORMAT = 'gate-camera-outbox-1';
const LONGEST_HEADER_BYTES = 128;
const HEADER = /^gate-camera-outbox-1 ([0-9a-f]{64}) (\d{1,9}) (\d{1,2})\n/;
const NAME = /^(\d{16})-(\d{1,12})-(\d{1,2})\.entry$/;

/** All that memory keeps of a message. Its file's name says the same, so a start reads no file. */
export type Entry = {
  /** Microseconds since 1970 when it was kept, made unique: later is larger. */
  readonly seq: number;
  /** Size of the file. */
  readonly bytes: number;
  /** How many pictures the file holds. */
  readonly pictures: number;
};

export type Contents = { detection: Detection; pictures: Uint8Array[] };

export function entryName({ seq, bytes, pictures }: Entry): string {
  return `${String(seq).padStart(16, '0')}-${bytes}-${pictures}.entry`;
}

/** Null for a name that the outbox never gave. */
export function parseEntryName(name: string): Entry | null {
  const match = NAME.exec(name);
  return match && { seq: Number(match[1]), bytes: Number(match[2]), pictures: Number(match[3]) };
}

/** `pictures`: none, or one for each of `detection.pictures`, in their order. */
export function encodeEntry({ detection, pictures }: Contents): Buffer {
  const message = Buffer.from(JSON.stringify(detection));
  const header = `${FORMAT} ${sha256(message)} ${message.length} ${pictures.length}\n`;
  return Buffer.concat([Buffer.from(header), message, ...pictures]);
}

/** Throws on anything but exactly what encodeEntry wrote: torn, flipped, cut or lengthened. */
export function decodeEntry(file: Buffer): Contents {
  const header = HEADER.exec(file.toString('latin1', 0, LONGEST_HEADER_BYTES));
  if (header === null) throw new Error('no header');
  const messageAt = header[0].length;
  const picturesAt = messageAt + Number(header[2]);
  const message = file.subarray(messageAt, picturesAt);
  if (sha256(message) !== header[1]) throw new Error('checksum of the message differs');
  const detection = DetectionSchema.safeParse(JSON.parse(message.toString()));
  // Zod's own message may quote what it read; this one may be logged.
  if (!detection.success) throw new Error('the message is no Detection of this version');
  const pictures = decodePictures(file.subarray(picturesAt), detection.data, Number(header[3]));
  return { detection: detection.data, pictures };
}

// Each picture's checksum is its claim check's own, made before it came here: a wrong one is never uploaded either.
function decodePictures(bytes: Buffer, detection: Detection, count: number): Uint8Array[] {
  const pictures: Uint8Array[] = [];
  let at = 0;
  for (const claim of detection.pictures.slice(0, count)) {
    const picture = bytes.subarray(at, at + claim.bytes);
    if (sha256(picture) !== claim.sha256) throw new Error('checksum of a picture differs');
    pictures.push(picture);
    at += claim.bytes;
  }
  if (pictures.length !== count || at !== bytes.length) throw new Error('length differs');
  return pictures;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
