// When each picture is decoded. RTP says only when it is shown; with B-frames that is another order.
import type { AccessUnit } from '../media/access-units.ts';

/** Pictures that may come before one that is shown earlier; two is what cameras and x264 use. */
const REORDER_DEPTH = 2;

export type Timed = { unit: AccessUnit; dts: number };

/** The n-th smallest time of showing is the time of decoding of the n-th picture. */
export function createDecodeOrder(hasBFrames: boolean): (unit: AccessUnit) => Timed | null {
  const depth = hasBFrames ? REORDER_DEPTH : 0;
  const units: AccessUnit[] = [];
  const times: number[] = [];
  return (unit) => {
    units.push(unit);
    times.push(unit.pts);
    times.sort((a, b) => a - b);
    if (units.length <= depth) return null;
    const next = units.shift();
    const dts = times.shift();
    return next === undefined || dts === undefined ? null : { unit: next, dts };
  };
}
