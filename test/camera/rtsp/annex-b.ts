// An H.264 byte stream taken apart: NAL units between start codes, and the units that make one picture.
import { bitReader } from '../../../bridge/media/rtsp/bit-reader.ts';

export const SPS = 7;
export const PPS = 8;
const SLICE = 1;
const KEY_SLICE = 5;
const B_SLICE = 1;
const SLICE_TYPES = 5;

export type Picture = {
  nals: Buffer[];
  isKey: boolean;
  /** Shown between two others that came before it. */
  isBetween: boolean;
};

export function nalType(nal: Uint8Array): number {
  return (nal[0] ?? 0) & 0x1f;
}

/** The NAL units without start codes. */
export function nalUnits(stream: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = startCode(stream, 0); at !== -1; ) {
    const next = startCode(stream, at + 3);
    // The zero that makes the next start code four bytes long belongs to none.
    const end = next === -1 ? stream.length : stream[next - 1] === 0 ? next - 1 : next;
    units.push(stream.subarray(at + 3, end));
    at = next;
  }
  return units;
}

/** Whole pictures in the order they are sent; each has one slice, and what stands before a slice belongs to it. */
export function pictures(units: readonly Buffer[]): Picture[] {
  const found: Picture[] = [];
  let nals: Buffer[] = [];
  for (const nal of units) {
    nals.push(nal);
    const type = nalType(nal);
    if (type !== SLICE && type !== KEY_SLICE) continue;
    found.push({ nals, isKey: type === KEY_SLICE, isBetween: sliceType(nal) === B_SLICE });
    nals = [];
  }
  return found;
}

function sliceType(nal: Buffer): number {
  const from = bitReader(nal.subarray(1));
  from.unsigned();
  return from.unsigned() % SLICE_TYPES;
}

function startCode(stream: Buffer, from: number): number {
  return stream.indexOf('\x00\x00\x01', from, 'latin1');
}
