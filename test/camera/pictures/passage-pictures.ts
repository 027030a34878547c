import { isUnread, ORDINARY_PASSAGE, type Passage } from '../passage.ts';
import { gateScene, type SceneVehicle } from './gate-scene.ts';
import { jpegOfSize, SEGMENT_HEAD_BYTES, withComment } from './jpeg-size.ts';
import { platePicture } from './plate-sign.ts';

export type PictureOptions = {
  /**
   * `small` draws an eighth of the size, for tests that only need pictures to be there; `once` sends one drawing with
   * ever other bytes, for load; `none` sends none.
   */
  drawn: 'full' | 'small' | 'once' | 'none';
  /** The exact size of each picture; null leaves it as drawn. */
  bytes: { plate: number; scene: number } | null;
};
export const DEFAULT_PICTURES: PictureOptions = { drawn: 'full', bytes: null };

const SMALL = 1 / 8;

type Pictures = { plate: Buffer; scene: Buffer };

/** The two pictures of a passage; `stamp` is the clock drawn into the scene, so that no two scenes are alike. */
export function passagePictures(passage: Passage, stamp: string, { drawn, bytes }: PictureOptions): Pictures | null {
  if (drawn === 'none') return null;
  const { plate, scene } = drawn === 'once' ? stamped(stamp) : draw(passage, stamp, drawn === 'small' ? SMALL : 1);
  if (bytes === null) return { plate, scene };
  return { plate: sized(plate, bytes.plate, stamp), scene: sized(scene, bytes.scene, stamp) };
}

/** Exactly `bytes` long; the stamp goes in as a comment, because small sizes are all met by the same tiny picture. */
function sized(picture: Buffer, bytes: number, stamp: string): Buffer {
  const comment = Buffer.from(stamp);
  return withComment(jpegOfSize(picture, bytes - SEGMENT_HEAD_BYTES - comment.length), comment);
}

function draw(passage: Passage, stamp: string, scale: number): Pictures {
  const vehicle = sceneVehicle(passage);
  return { plate: platePicture(vehicle.sign, vehicle.paint), scene: gateScene(vehicle, stamp, scale) };
}

let drawnOnce: Pictures | null = null;

function stamped(stamp: string): Pictures {
  drawnOnce ??= draw(ORDINARY_PASSAGE, '', 1);
  const comment = Buffer.from(stamp);
  return { plate: withComment(drawnOnce.plate, comment), scene: withComment(drawnOnce.scene, comment) };
}

/** What a passage looks like from the camera's pole. */
export function sceneVehicle(passage: Passage): SceneVehicle {
  const words = isUnread(passage) ? null : passage.plate;
  const sign = { words, colour: passage.plateColor };
  return { kind: kindOf(passage.vehicleType), paint: passage.vehicleColor, sign };
}

function kindOf(vehicleType: string): SceneVehicle['kind'] {
  if (/bus/i.test(vehicleType)) return 'bus';
  return /truck|trailer|crane|mixer/i.test(vehicleType) ? 'truck' : 'car';
}
