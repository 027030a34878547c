// A plain pixel buffer to draw on. Coordinates are those of the full-size scene and scale with the canvas.
import * as jpeg from 'jpeg-js';
import { GLYPH_HEIGHT, GLYPH_WIDTH, GLYPHS } from './font.ts';

export type Colour = readonly [red: number, green: number, blue: number];
export type Point = readonly [x: number, y: number];

export type Canvas = { width: number; height: number; scale: number; pixels: Buffer };

const BYTES_PER_PIXEL = 4;

export function canvas(width: number, height: number, scale = 1): Canvas {
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  return { width: w, height: h, scale, pixels: Buffer.alloc(w * h * BYTES_PER_PIXEL, 0xff) };
}

export function copyOf(source: Canvas): Canvas {
  return { ...source, pixels: Buffer.from(source.pixels) };
}

export function rectangle(on: Canvas, [x, y]: Point, [width, height]: Point, colour: Colour): void {
  const right = x + width;
  const bottom = y + height;
  polygon(
    on,
    [
      [x, y],
      [right, y],
      [right, bottom],
      [x, bottom],
    ],
    colour,
  );
}

/** Fills a convex polygon, one pixel row at a time. */
export function polygon(on: Canvas, corners: readonly Point[], colour: Colour): void {
  const scaled = corners.map(([x, y]): Point => [x * on.scale, y * on.scale]);
  const rows = scaled.map(([, y]) => y);
  const last = Math.min(on.height - 1, Math.ceil(Math.max(...rows)) - 1);
  for (let row = Math.max(0, Math.floor(Math.min(...rows))); row <= last; row++) {
    const [from, to] = span(scaled, row + 0.5);
    const left = Math.max(0, Math.round(from));
    const right = Math.min(on.width, Math.round(to));
    if (right > left) fillRow(on, row, left, right, colour);
  }
}

export function text(on: Canvas, [x, y]: Point, dot: number, words: string, colour: Colour): void {
  [...words.toUpperCase()].forEach((character, index) => {
    GLYPHS.get(character)?.forEach((bits, row) => {
      for (let column = 0; column < GLYPH_WIDTH; column++) {
        if ((bits >> (GLYPH_WIDTH - 1 - column)) % 2 === 0) continue;
        const left = x + (index * (GLYPH_WIDTH + 1) + column) * dot;
        rectangle(on, [left, y + row * dot], [dot, dot], colour);
      }
    });
  });
}

export const textWidth = (words: string, dot: number) => (words.length * (GLYPH_WIDTH + 1) - 1) * dot;
export const textHeight = (dot: number) => GLYPH_HEIGHT * dot;

export function encode({ width, height, pixels }: Canvas, quality: number): Buffer {
  return jpeg.encode({ width, height, data: pixels }, quality).data;
}

/** Where a pixel row crosses the polygon's edges: its leftmost and its rightmost x. */
function span(corners: readonly Point[], y: number): [number, number] {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [x1, y1] = corners.at(-1) ?? [0, 0];
  for (const [x2, y2] of corners) {
    if (y1 <= y !== y2 <= y) {
      const x = x1 + ((y - y1) / (y2 - y1)) * (x2 - x1);
      from = Math.min(from, x);
      to = Math.max(to, x);
    }
    [x1, y1] = [x2, y2];
  }
  return [from, to];
}

function fillRow(on: Canvas, row: number, left: number, right: number, [red, green, blue]: Colour): void {
  const start = row * on.width * BYTES_PER_PIXEL;
  const pixel = Buffer.from([red, green, blue, 0xff]);
  on.pixels.fill(pixel, start + left * BYTES_PER_PIXEL, start + right * BYTES_PER_PIXEL);
}
