import type { Colour } from './canvas.ts';

export const WHITE: Colour = [238, 238, 234];
export const BLACK: Colour = [24, 24, 26];
export const RED: Colour = [196, 40, 36];
export const GREY: Colour = [122, 124, 128];

/** The camera's words for a colour (ISAPI.md 4.2, `vehicleInfo/color` and `plateColor`). */
const NAMED: Readonly<Record<string, Colour>> = {
  white: WHITE,
  silver: [190, 194, 198],
  gray: GREY,
  deepGray: [82, 84, 88],
  black: BLACK,
  red: RED,
  blue: [44, 88, 168],
  deepBlue: [24, 46, 104],
  yellow: [230, 190, 40],
  green: [52, 126, 70],
  brown: [112, 78, 52],
  orange: [226, 122, 34],
};

export const colourNamed = (word: string): Colour => NAMED[word] ?? GREY;
export const darker = ([r, g, b]: Colour, by = 0.6): Colour => [r * by, g * by, b * by];
