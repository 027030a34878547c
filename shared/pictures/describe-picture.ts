import { createHash } from 'node:crypto';
import type { Detection, Picture } from '../detection/detection.ts';
import { pictureKey } from './picture-key.ts';

export type PictureOf = {
  detection: Pick<Detection, 'camera' | 'at' | 'id'>;
  kind: string;
  /** A whole JPEG. */
  bytes: Uint8Array;
};

/** The claim check that travels in the message while the bytes go to the PictureStore under its `key`. */
export function describePicture({ detection, kind, bytes }: PictureOf): Picture {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { camera, at, id } = detection;
  return {
    kind,
    key: pictureKey({ camera, at, id, kind, sha256 }),
    bytes: bytes.length,
    sha256,
    contentType: 'image/jpeg',
  };
}

export type PictureBytes = { kind: string; bytes: Uint8Array };

/** The Detection with the claim checks of `pictures`, and their bytes by key for the PictureStore. */
export function withPictures(
  detection: Detection,
  pictures: readonly PictureBytes[],
): { detection: Detection; bytesByKey: Map<string, Uint8Array> } {
  const described = pictures.map(({ kind, bytes }) => ({
    bytes,
    picture: describePicture({ detection, kind, bytes }),
  }));
  return {
    detection: { ...detection, pictures: described.map(({ picture }) => picture) },
    bytesByKey: new Map(described.map(({ picture, bytes }) => [picture.key, bytes])),
  };
}
