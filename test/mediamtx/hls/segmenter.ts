// Pictures into parts and segments: a segment begins with a key picture, a part ends when it is long enough.
import { randomBytes } from 'node:crypto';
import { readSps } from '../../../bridge/media/rtsp/sps.ts';
import type { AccessUnit } from '../media/access-units.ts';
import { createDecodeOrder, type Timed } from './decode-order.ts';
import { fragment, type Sample } from './fragment.ts';
import { initSegment, type ParameterSets, TIMESCALE } from './init-segment.ts';

/** Low latency begins with that many gaps, as iOS wants it. */
export const GAPS = 7;
const PREFIX_BYTES = 6;

export type Part = { name: string; seconds: number; isIndependent: boolean; bytes: Buffer };
export type Segment = { id: number; name: string; startedAt: Date; seconds: number; parts: Part[] };
export type SegmenterOptions = {
  isLowLatency: boolean;
  segmentMs: number;
  partMs: number;
  segmentCount: number;
  parameterSets: () => { sps: Buffer | null; pps: Buffer | null };
  /** A part or a segment more. */
  onProgress: () => void;
};

export type Segmenter = {
  take(unit: AccessUnit): void;
  readonly prefix: string;
  /** Whole ones, oldest first; null where a gap stands. */
  readonly segments: readonly (Segment | null)[];
  /** The one that grows. */
  readonly next: Segment;
  readonly nextPartId: number;
  /** Media sequence of the first in `segments`. */
  readonly firstSequence: number;
  readonly parameterSets: ParameterSets | null;
  readonly init: Buffer | null;
};

const seconds = (ticks: number) => ticks / TIMESCALE;

export function createSegmenter(options: SegmenterOptions): Segmenter {
  const { isLowLatency, segmentCount, onProgress } = options;
  const prefix = randomBytes(PREFIX_BYTES).toString('hex');
  const segments: (Segment | null)[] = [];
  let order: ((unit: AccessUnit) => Timed | null) | null = null;
  let sets: ParameterSets | null = null;
  let init: Buffer | null = null;
  let held: Timed | null = null;
  let origin = 0;
  let samples: Sample[] = [];
  let partId = 0;
  let sequence = 0;
  let firstSequence = 0;
  let next = segment(isLowLatency ? GAPS : 0);

  function segment(id: number): Segment {
    return { id, name: `${prefix}_video1_seg${id}.mp4`, startedAt: new Date(), seconds: 0, parts: [] };
  }

  function endPart(): void {
    if (samples.length === 0) return;
    sequence += 1;
    const duration = seconds(samples.reduce((sum, sample) => sum + sample.duration, 0));
    const isIndependent = samples[0]?.isKey ?? false;
    const name = `${prefix}_video1_part${partId}.mp4`;
    next.parts.push({ name, seconds: duration, isIndependent, bytes: fragment(sequence, samples) });
    next.seconds += duration;
    partId += 1;
    samples = [];
  }

  function endSegment(): void {
    endPart();
    if (isLowLatency && segments.length === 0) segments.push(...Array<null>(GAPS).fill(null));
    segments.push(next);
    if (segments.length > segmentCount) {
      segments.shift();
      firstSequence += 1;
    }
    next = segment(next.id + 1);
  }

  function add({ unit, dts }: Timed, until: number): void {
    const isLongEnough = seconds(dts - origin) * 1_000 >= options.segmentMs;
    if (unit.isKey && isLongEnough && (next.parts.length > 0 || samples.length > 0)) {
      endSegment();
      origin = dts;
      onProgress();
    }
    samples.push({ dts, duration: until - dts, shift: unit.pts - dts, isKey: unit.isKey, nals: unit.nals });
    const partMs = seconds(samples.reduce((sum, sample) => sum + sample.duration, 0)) * 1_000;
    if (isLowLatency && partMs >= options.partMs) {
      endPart();
      onProgress();
    }
  }

  function begin(unit: AccessUnit): boolean {
    const { sps, pps } = options.parameterSets();
    if (!unit.isKey || sps === null || pps === null) return false;
    sets = { sps, pps };
    init = initSegment(sets);
    order = createDecodeOrder(readSps(sps)?.bFrames === 'some');
    origin = unit.pts;
    return true;
  }

  return {
    prefix,
    segments,
    get next() {
      return next;
    },
    get nextPartId() {
      return partId;
    },
    get firstSequence() {
      return firstSequence;
    },
    get parameterSets() {
      return sets;
    },
    get init() {
      return init;
    },
    take(unit) {
      if (order === null && !begin(unit)) return;
      const timed = order?.(unit) ?? null;
      if (timed === null) return;
      // A picture lasts until the next one: each waits for its successor.
      if (held !== null) add(held, timed.dts);
      held = timed;
    },
  };
}
