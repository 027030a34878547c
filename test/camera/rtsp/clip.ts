// The clips, each read from disk when a client first asks for it.
import { readFileSync } from 'node:fs';
import { nalType, nalUnits, type Picture, PPS, pictures, SPS } from './annex-b.ts';

export const FRAMES_PER_SECOND = 25;
/** Pictures from one key frame to the next. */
export const KEY_FRAME_EVERY = 25;

export type ClipName = 'main' | 'sub' | 'sub-b-frames';
/** `index`: its place among the pictures as shown, which its bar code shows; with B-frames they are sent in another order. */
export type Frame = Picture & { index: number };
export type Clip = { sps: Buffer; pps: Buffer; frames: readonly Frame[] };

const clips = new Map<ClipName, Clip>();

export function clip(name: ClipName): Clip {
  const known = clips.get(name);
  if (known !== undefined) return known;
  const read = clipOf(readFileSync(new URL(`clips/${name}.h264`, import.meta.url)));
  clips.set(name, read);
  return read;
}

function clipOf(stream: Buffer): Clip {
  const units = nalUnits(stream);
  const sps = units.find((nal) => nalType(nal) === SPS);
  const pps = units.find((nal) => nalType(nal) === PPS);
  if (sps === undefined || pps === undefined) throw new Error('could not read the clip: it has no parameter sets');
  return { sps, pps, frames: inOrderOfShowing(pictures(units)) };
}

/** A picture that others refer to is sent before those that are shown before it. */
function inOrderOfShowing(sent: readonly Picture[]): Frame[] {
  return sent.map((picture, at) => {
    if (picture.isBetween) return { ...picture, index: at - 1 };
    const next = sent.findIndex(({ isBetween }, later) => later > at && !isBetween);
    return { ...picture, index: (next === -1 ? sent.length : next) - 1 };
  });
}
