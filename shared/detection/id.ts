import { createHash } from 'node:crypto';
import type { CameraId, DetectionId } from './detection.ts';
import type { Plate } from './plate.ts';

const ID_CHARACTERS = 26;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export type Identity = {
  camera: CameraId;
  plate: Plate | null;
  /** The camera's wall clock to the second (`2026-11-22T10:00:00`), or null when it sent nothing usable. */
  wallClock: string | null;
  /** For an unread plate: what tells two vehicles of the same second apart. */
  lane: string;
  eventOrPictureId: string;
  /** The event as received; identifies it when the camera gave no time. */
  bytes: Uint8Array;
};

/** One id for one read, by whichever road: made only of values the camera chose. */
export function detectionId(identity: Identity): DetectionId {
  const hash = createHash('sha256');
  const { camera, wallClock, plate } = identity;
  if (wallClock === null) hash.update(`${camera}\0bytes\0`).update(identity.bytes);
  else if (plate !== null) hash.update(`${camera}\0${wallClock}\0${plate}`);
  else hash.update(`${camera}\0${wallClock}\0\0${identity.lane}\0${identity.eventOrPictureId}`);
  return base32(hash.digest()).slice(0, ID_CHARACTERS) as DetectionId;
}

function base32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  let text = '';
  for (let i = 0; i + 5 <= bits.length; i += 5) text += BASE32[Number.parseInt(bits.slice(i, i + 5), 2)];
  return text;
}
