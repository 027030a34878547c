// What an H.264 sequence parameter set says of the pictures (ITU-T H.264, 7.3.2.1.1 and annex E). It decides whether a
// browser can show the stream: B-frames end a WebRTC session (MEDIAMTX.md 9).
import { type BitReader, bitReader } from './bit-reader.ts';

export type BFrames = 'none' | 'some' | 'unknown';
export type Sps = {
  /** `Baseline`, `Main`, `High`, …; null for one without a name here. */
  profile: string | null;
  /** As shown, after cropping, in pixels. */
  width: number;
  height: number;
  bFrames: BFrames;
};

/** Real ones stay below a hundred bytes. */
const MAX_SPS_BYTES = 1_024;
const SPS_TYPE = 7;
const MACROBLOCK_PIXELS = 16;
/** More than any camera has; a larger number is a misreading. */
const MAX_PIXELS = 16_384;
const BASELINE = 66;
const PROFILES: Readonly<Record<number, string>> = {
  [BASELINE]: 'Baseline',
  77: 'Main',
  88: 'Extended',
  100: 'High',
  110: 'High 10',
  122: 'High 4:2:2',
  244: 'High 4:4:4 Predictive',
};
const WITH_CHROMA_FORMAT = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const CHROMA_444 = 3;
const MAX_ORDER_CYCLE = 255;
const MAX_CPBS = 32;
const EXTENDED_ASPECT_RATIO = 255;

export function profileName(profileIdc: number): string | null {
  return PROFILES[profileIdc] ?? null;
}

/** Baseline has no B-frames, whatever else the stream says. */
export function profileHasNoBFrames(profileIdc: number): boolean {
  return profileIdc === BASELINE;
}

/** @param nal without start code; @returns null for what is no parameter set, or one that cannot be read */
export function readSps(nal: Uint8Array): Sps | null {
  if (nal.length > MAX_SPS_BYTES || ((nal[0] ?? 0) & 0x1f) !== SPS_TYPE) return null;
  const from = bitReader(nal.subarray(1));
  const profileIdc = from.bits(8);
  from.bits(16);
  from.unsigned();
  const chroma = readChroma(from, profileIdc);
  from.unsigned();
  const orderType = readPictureOrder(from);
  from.unsigned();
  from.flag();
  const size = readSize(from, chroma);
  if (from.isSpent || size === null) return null;
  const hasNone = profileHasNoBFrames(profileIdc) || orderType === 2;
  return { profile: profileName(profileIdc), ...size, bFrames: hasNone ? 'none' : readReordering(from) };
}

type Chroma = { format: number; separate: boolean };

function readChroma(from: BitReader, profileIdc: number): Chroma {
  if (!WITH_CHROMA_FORMAT.has(profileIdc)) return { format: 1, separate: false };
  const format = from.unsigned();
  const separate = format === CHROMA_444 && from.flag();
  from.unsigned();
  from.unsigned();
  from.flag();
  const lists = format === CHROMA_444 ? 12 : 8;
  const hasMatrix = from.flag();
  for (let list = 0; hasMatrix && list < lists; list += 1) {
    if (from.flag()) skipScalingList(from, list < 6 ? 16 : 64);
  }
  return { format, separate };
}

function skipScalingList(from: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size && !from.isSpent; i += 1) {
    if (next !== 0) next = (last + from.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

/** @returns pic_order_cnt_type; 2 means that pictures are shown in the order they come */
function readPictureOrder(from: BitReader): number {
  const type = from.unsigned();
  if (type === 0) from.unsigned();
  if (type !== 1) return type;
  from.flag();
  from.signed();
  from.signed();
  const cycle = Math.min(from.unsigned(), MAX_ORDER_CYCLE);
  for (let i = 0; i < cycle && !from.isSpent; i += 1) from.signed();
  return type;
}

function readSize(from: BitReader, { format, separate }: Chroma): { width: number; height: number } | null {
  const columns = from.unsigned() + 1;
  const rows = from.unsigned() + 1;
  const fields = from.flag() ? 1 : 2;
  if (fields === 2) from.flag();
  from.flag();
  const [left, right, top, bottom] = from.flag()
    ? [from.unsigned(), from.unsigned(), from.unsigned(), from.unsigned()]
    : [0, 0, 0, 0];
  const isSubsampled = !separate && format !== 0;
  const unitX = isSubsampled && format !== CHROMA_444 ? 2 : 1;
  const unitY = (isSubsampled && format === 1 ? 2 : 1) * fields;
  const width = columns * MACROBLOCK_PIXELS - (left + right) * unitX;
  const height = rows * MACROBLOCK_PIXELS * fields - (top + bottom) * unitY;
  const isSane = width > 0 && height > 0 && width <= MAX_PIXELS && height <= MAX_PIXELS;
  return isSane ? { width, height } : null;
}

/** num_reorder_frames at the end of the video usability information, where there is any. */
function readReordering(from: BitReader): BFrames {
  if (!from.flag()) return 'unknown';
  if (from.flag() && from.bits(8) === EXTENDED_ASPECT_RATIO) from.bits(32);
  if (from.flag()) from.flag();
  if (from.flag()) {
    from.bits(4);
    if (from.flag()) from.bits(24);
  }
  if (from.flag()) {
    from.unsigned();
    from.unsigned();
  }
  if (from.flag()) {
    from.bits(32);
    from.bits(32);
    from.flag();
  }
  const hasNalTiming = from.flag();
  if (hasNalTiming) skipBufferTiming(from);
  const hasVclTiming = from.flag();
  if (hasVclTiming) skipBufferTiming(from);
  if (hasNalTiming || hasVclTiming) from.flag();
  from.flag();
  if (!from.flag()) return 'unknown';
  from.flag();
  for (let i = 0; i < 4; i += 1) from.unsigned();
  const reordered = from.unsigned();
  if (from.isSpent) return 'unknown';
  return reordered === 0 ? 'none' : 'some';
}

function skipBufferTiming(from: BitReader): void {
  const cpbs = Math.min(from.unsigned() + 1, MAX_CPBS);
  from.bits(8);
  for (let i = 0; i < cpbs && !from.isSpent; i += 1) {
    from.unsigned();
    from.unsigned();
    from.flag();
  }
  from.bits(20);
}
