// A run of pictures as one fMP4 fragment (moof and mdat).
import { box, fullBox, u32, u64 } from './boxes.ts';
import { TRACK_ID } from './init-segment.ts';

/** Ticks of 90 kHz. `shift`: how much later it is shown than decoded, negative too. */
export type Sample = { dts: number; duration: number; shift: number; isKey: boolean; nals: readonly Buffer[] };

const BASE_IS_MOOF = 0x020000;
/** Data offset, and per sample: duration, size, flags, composition offset. */
const RUN_FIELDS = 0x000f01;
const SIGNED_SHIFTS = 1;
const KEY_FLAGS = 0;
const OTHER_FLAGS = 0x00010000;
const MDAT_HEADER_BYTES = 8;

export function fragment(sequence: number, samples: readonly Sample[]): Buffer {
  const data = samples.map(({ nals }) => Buffer.concat(nals.flatMap((nal) => [u32(nal.length), nal])));
  const start = u64(samples[0]?.dts ?? 0);
  const rows = samples.flatMap(({ duration, isKey, shift }, at) => [
    duration,
    data[at]?.length ?? 0,
    isKey ? KEY_FLAGS : OTHER_FLAGS,
    shift,
  ]);
  const moof = (dataOffset: number) =>
    box(
      'moof',
      fullBox('mfhd', [0, 0], u32(sequence)),
      box(
        'traf',
        fullBox('tfhd', [0, BASE_IS_MOOF], u32(TRACK_ID)),
        fullBox('tfdt', [1, 0], start),
        fullBox('trun', [SIGNED_SHIFTS, RUN_FIELDS], u32(samples.length, dataOffset, ...rows)),
      ),
    );
  // The offset's own size does not depend on its value.
  const head = moof(moof(0).length + MDAT_HEADER_BYTES);
  return Buffer.concat([head, box('mdat', ...data)]);
}
