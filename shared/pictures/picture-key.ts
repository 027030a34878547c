import type { CameraId, DetectionId } from '../detection/detection.ts';

/** Enough of the SHA-256 that two pictures of one detection never meet: 128 bits. */
const HASH_CHARACTERS = 32;

export type PictureName = {
  camera: CameraId;
  /** The detection's `at`: UTC ISO instant; its day is the folder, so that retention can be checked by eye. */
  at: string;
  id: DetectionId;
  kind: string;
  /** 64 hex digits. */
  sha256: string;
};

/** `pictures/gate/2026/11/22/<id>/scene-<hash>.jpg`: keys land in access logs and browser histories, so never a plate. */
export function pictureKey({ camera, at, id, kind, sha256 }: PictureName): string {
  const day = at.slice(0, 10).replaceAll('-', '/');
  return `pictures/${camera}/${day}/${id}/${kind}-${sha256.slice(0, HASH_CHARACTERS)}.jpg`;
}
