import { type Canvas, canvas, encode, type Point, rectangle, text, textHeight, textWidth } from './canvas.ts';
import { BLACK, colourNamed, darker, WHITE } from './colours.ts';

/** What a plate shows: its text, or null where nobody could read it. */
export type PlateSign = { words: string | null; colour: string };

const CROP: Point = [192, 56];
const CROP_DOT = 3;
const CROP_QUALITY = 70;
const MAX_WORDS = 10;

/** The sign as it hangs on a vehicle; dirt stands where the text would be when it was not read. */
export function drawPlate(on: Canvas, [x, y]: Point, dot: number, sign: PlateSign): void {
  const words = (sign.words ?? '').slice(0, MAX_WORDS);
  const [width, height] = [textWidth('W'.repeat(MAX_WORDS), dot) + 4 * dot, textHeight(dot) + 6 * dot];
  rectangle(on, [x - width / 2 - dot, y - dot], [width + 2 * dot, height + 2 * dot], BLACK);
  rectangle(on, [x - width / 2, y], [width, height], sign.colour === 'unknown' ? WHITE : colourNamed(sign.colour));
  if (sign.words === null) rectangle(on, [x - width / 3, y + 2 * dot], [width / 1.6, height - 4 * dot], [104, 92, 76]);
  else text(on, [x - textWidth(words, dot) / 2, y + 3 * dot], dot, words, inkOn(sign.colour));
}

/** The crop that the camera sends beside the scene. */
export function platePicture(sign: PlateSign, paint: string): Buffer {
  const crop = canvas(...CROP);
  rectangle(crop, [0, 0], CROP, darker(colourNamed(paint)));
  drawPlate(crop, [CROP[0] / 2, 8], CROP_DOT, sign);
  return encode(crop, CROP_QUALITY);
}

const inkOn = (colour: string) => (['black', 'blue', 'green', 'red'].includes(colour) ? WHITE : BLACK);
