// The start of an fMP4 stream with one H.264 track: what the pictures are, and none of them.
import { readSps } from '../../../bridge/media/rtsp/sps.ts';
import { box, fullBox, u16, u32 } from './boxes.ts';

export const TIMESCALE = 90_000;
export const TRACK_ID = 1;

const UNITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const LANGUAGE_UNDETERMINED = 0x55c4;
const NO_TRACK_YET = 2;
const SHOWN = 7;
const SELF_CONTAINED = 1;
const RESOLUTION_72_DPI = 0x480000;
const DEPTH_24_BITS = 24;

export type ParameterSets = { sps: Buffer; pps: Buffer };

/** `avc1.42c01e`, from bytes 1 to 3 of the SPS. */
export function codecName({ sps }: ParameterSets): string {
  return `avc1.${sps.toString('hex', 1, 4)}`;
}

/** Zero by zero for a parameter set that cannot be read. */
export function pictureSize({ sps }: ParameterSets): { width: number; height: number } {
  return readSps(sps) ?? { width: 0, height: 0 };
}

export function initSegment(sets: ParameterSets): Buffer {
  const { width, height } = pictureSize(sets);
  const movieHeader = [u32(0, 0, 1_000, 0, 0x10000), u16(0x100, 0), u32(0, 0), UNITY_MATRIX, u32(0, 0, 0, 0, 0, 0)];
  const mvhd = fullBox('mvhd', [0, 0], ...movieHeader, u32(NO_TRACK_YET));
  const mvex = box('mvex', fullBox('trex', [0, 0], u32(TRACK_ID, 1, 0, 0, 0)));
  const brand = Buffer.from('mp42', 'latin1');
  const ftyp = box('ftyp', brand, u32(1), Buffer.from('mp41mp42isomhlsf', 'latin1'));
  return Buffer.concat([ftyp, box('moov', mvhd, trackBox(sets, { width, height }), mvex)]);
}

function trackBox(sets: ParameterSets, { width, height }: { width: number; height: number }): Buffer {
  const size = u32(width * 0x10000, height * 0x10000);
  const tkhd = fullBox('tkhd', [0, SHOWN], u32(0, 0, TRACK_ID, 0, 0, 0, 0), u16(0, 0, 0, 0), UNITY_MATRIX, size);
  const mdhd = fullBox('mdhd', [0, 0], u32(0, 0, TIMESCALE, 0), u16(LANGUAGE_UNDETERMINED, 0));
  const handler = Buffer.from('VideoHandler\0', 'latin1');
  const hdlr = fullBox('hdlr', [0, 0], u32(0), Buffer.from('vide', 'latin1'), u32(0, 0, 0), handler);
  const dref = fullBox('dref', [0, 0], u32(1), fullBox('url ', [0, SELF_CONTAINED]));
  const empty = (type: string, fields: number) => fullBox(type, [0, 0], u32(...Array<number>(fields).fill(0)));
  const stsd = fullBox('stsd', [0, 0], u32(1), sampleEntry(sets, { width, height }));
  const stbl = box('stbl', stsd, empty('stts', 1), empty('stsc', 1), empty('stsz', 2), empty('stco', 1));
  const minf = box('minf', fullBox('vmhd', [0, 1], u16(0, 0, 0, 0)), box('dinf', dref), stbl);
  return box('trak', tkhd, box('mdia', mdhd, hdlr, minf));
}

function sampleEntry({ sps, pps }: ParameterSets, { width, height }: { width: number; height: number }): Buffer {
  const head = [u32(0), u16(0, 1), u32(0, 0, 0, 0), u16(width, height), u32(RESOLUTION_72_DPI, RESOLUTION_72_DPI, 0)];
  const tail = [u16(1), Buffer.alloc(32), u16(DEPTH_24_BITS, 0xffff)];
  const profile = sps.subarray(1, 4);
  // Lengths of four bytes before every NAL unit (0xff), one SPS (0xe1), one PPS.
  const sets = [Buffer.from([0xff, 0xe1]), u16(sps.length), sps, Buffer.from([1]), u16(pps.length), pps];
  return box('avc1', ...head, ...tail, box('avcC', Buffer.from([1]), profile, ...sets));
}
