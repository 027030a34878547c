// What the API must say about a passage of the ledger, whichever road it came by.
import { createHash } from 'node:crypto';
import type { DetectionAnswer } from '../../functions/api/schemas.ts';
import type { Detection } from '../../shared/detection/detection.ts';
import { isUnread, type LedgerEntry } from '../camera/passage.ts';

const KINDS = { 'licensePlatePicture.jpg': 'plate', 'detectionPicture.jpg': 'scene' } as const;

/** For `toEqual`, against `whatWasTold`. */
export function expectedRead(entry: LedgerEntry) {
  const { passage, pictures } = entry;
  const { direction, lane, list } = passage;
  return {
    camera: 'gate',
    plate: isUnread(passage) ? null : passage.plate,
    plateAsRead: passage.plate ?? '',
    capturedAt: new Date(entry.dateTime ?? Number.NaN).toISOString(),
    timeFrom: 'camera',
    cameraTime: entry.dateTime,
    late: false,
    direction,
    lane,
    list,
    confidence: passage.confidence || null,
    country: passage.country === 'NON' ? undefined : passage.country,
    plateType: known(passage.plateType),
    plateColor: known(passage.plateColor),
    vehicle: {
      type: passage.vehicleType,
      color: passage.vehicleColor,
      ...(passage.speedKmh > 0 && { speedKmh: passage.speedKmh }),
    },
    uuid: entry.uuid,
    pictures: pictures.map(({ fileName, bytes }) => ({
      kind: KINDS[fileName],
      bytes: bytes.length,
      sha256: sha256(bytes),
      contentType: 'image/jpeg',
    })),
  };
}

/** A read without what we add to it: its id and times of arrival, its roads, and where its pictures lie. */
export function whatWasTold(read: Detection) {
  const { id, at, receivedAt, storedAt, sources, pictures, ...told } = read;
  // The ledger's order of kinds; a row has none.
  const sorted = pictures.toSorted((a, b) => a.kind.localeCompare(b.kind));
  return {
    ...told,
    pictures: sorted.map(({ kind, bytes, sha256: hash, contentType }) => ({ kind, bytes, sha256: hash, contentType })),
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Both pictures of every read are in. */
export const haveTwoPictures = (reads: readonly DetectionAnswer[]) =>
  reads.every(({ pictures }) => pictures.length === 2);

const known = (word: string) => (word === 'unknown' ? undefined : word);
