// The lane as the camera sees it: shed, road, booth and barrier; with a vehicle the barrier is up.
import {
  type Canvas,
  type Colour,
  canvas,
  copyOf,
  encode,
  type Point,
  polygon,
  rectangle,
  text,
  textWidth,
} from './canvas.ts';
import { BLACK, colourNamed, darker, GREY, RED, WHITE } from './colours.ts';
import { drawPlate, type PlateSign } from './plate-sign.ts';

/** The sub stream's size (ISAPI.md 1.9); the canvas may be scaled down for speed. */
const SCENE: Point = [704, 576];
const SCENE_QUALITY = 60;
const STAMP_DOT = 3;

export type SceneVehicle = { kind: 'truck' | 'bus' | 'car'; paint: string; sign: PlateSign };

const backgrounds = new Map<string, Canvas>();

/** A JPEG of the gate with what stands in it, and the clock in its corner. `scale` 1 is 704 by 576. */
export function gateScene(vehicle: SceneVehicle | null, stamp: string, scale: number): Buffer {
  const scene = copyOf(background(scale, vehicle === null ? 'down' : 'up'));
  if (vehicle !== null) drawVehicle(scene, vehicle);
  rectangle(scene, [12, 12], [textWidth(stamp, STAMP_DOT) + 12, 33], BLACK);
  text(scene, [18, 18], STAMP_DOT, stamp, WHITE);
  return encode(scene, SCENE_QUALITY);
}

function background(scale: number, barrier: 'up' | 'down'): Canvas {
  const name = `${scale} ${barrier}`;
  const known = backgrounds.get(name);
  if (known !== undefined) return known;
  const drawn = canvas(...SCENE, scale);
  drawYard(drawn);
  drawBarrier(drawn, barrier);
  backgrounds.set(name, drawn);
  return drawn;
}

function drawYard(on: Canvas): void {
  for (let y = 0; y < 220; y += 4) rectangle(on, [0, y], [SCENE[0], 4], [150 + y / 4, 178 + y / 5, 208 + y / 8]);
  rectangle(on, [0, 216], [SCENE[0], 360], [128, 132, 96]);
  rectangle(on, [60, 96], [400, 124], [148, 142, 132]);
  rectangle(on, [60, 84], [400, 14], [96, 72, 60]);
  for (const x of [90, 210, 330]) rectangle(on, [x, 140], [90, 80], [84, 92, 104]);
  polygon(
    on,
    [
      [270, 216],
      [440, 216],
      [690, 576],
      [10, 576],
    ],
    [88, 88, 92],
  );
  for (const y of [240, 320, 420, 530])
    rectangle(on, [350, y], [6 + (y - 240) / 50, 22 + (y - 240) / 10], [206, 204, 188]);
  rectangle(on, [572, 150], [112, 190], [196, 188, 168]);
  rectangle(on, [586, 176], [84, 60], [64, 96, 120]);
  rectangle(on, [564, 138], [128, 16], [88, 60, 52]);
}

/** The pole in red and white, level across the lane or raised beside the booth. */
function drawBarrier(on: Canvas, position: 'up' | 'down'): void {
  const stripes = 12;
  for (let i = 0; i < stripes; i++) {
    const colour = i % 2 === 0 ? RED : WHITE;
    if (position === 'down') rectangle(on, [548 - (i + 1) * 38, 352], [38, 14], colour);
    else polygon(on, leaning(i), colour);
  }
  rectangle(on, [540, 318], [34, 96], [222, 170, 30]);
  rectangle(on, [540, 340], [34, 10], BLACK);
}

function leaning(stripe: number): Point[] {
  const at = (n: number): Point => [552 - n * 3, 340 - n * 25];
  const [[x1, y1], [x2, y2]] = [at(stripe), at(stripe + 1)];
  return [
    [x1, y1],
    [x1 + 13, y1],
    [x2 + 13, y2],
    [x2, y2],
  ];
}

/** From the front, as the camera sees an arriving vehicle: height of body, cab and windscreen by kind. */
const BODIES = {
  truck: { left: 206, right: 498, top: 128, cabTop: 190, glass: [214, 104] },
  bus: { left: 216, right: 488, top: 150, cabTop: 150, glass: [176, 150] },
  car: { left: 236, right: 468, top: 268, cabTop: 268, glass: [280, 70] },
} as const;

function drawVehicle(on: Canvas, { kind, paint, sign }: SceneVehicle): void {
  const { left, right, top, cabTop, glass } = BODIES[kind];
  const width = right - left;
  const colour = colourNamed(paint);
  polygon(
    on,
    [
      [left - 20, 500],
      [right + 20, 500],
      [right + 50, 528],
      [left - 50, 528],
    ],
    [52, 52, 56],
  );
  for (const x of [left + 8, right - 56]) rectangle(on, [x, 440], [48, 78], BLACK);
  if (kind === 'truck') rectangle(on, [left - 8, top], [width + 16, 320], darker(GREY, 1.4));
  rectangle(on, [left, cabTop], [width, 470 - cabTop], colour);
  polygon(on, windscreen(left, right, glass[0], glass[1]), [46, 62, 78]);
  rectangle(on, [left + 30, glass[0] + glass[1] + 12], [width - 60, 34], darker(colour));
  for (const x of [left + 14, right - 60]) rectangle(on, [x, 396], [46, 26], LAMP);
  rectangle(on, [left - 6, 436], [width + 12, 44], [58, 58, 62]);
  drawPlate(on, [(left + right) / 2, 428], 2, sign);
}

const LAMP: Colour = [250, 244, 200];

function windscreen(left: number, right: number, top: number, height: number): Point[] {
  return [
    [left + 26, top],
    [right - 26, top],
    [right - 12, top + height],
    [left + 12, top + height],
  ];
}
