// Bits of an H.264 NAL unit, as its syntax tables count them (ITU-T H.264, 7.2 and 9.1).

/** Longer codes name no number of 32 bits. */
const MAX_LEADING_ZEROS = 31;

export type BitReader = {
  /** The next `count` bits, 1 to 32, as a number; zeros past the end. */
  bits(count: number): number;
  flag(): boolean;
  /** ue(v): an unsigned Exp-Golomb number. */
  unsigned(): number;
  /** se(v): a signed one. */
  signed(): number;
  /** More was read than there was, or a number that is none: what came last means nothing. */
  readonly isSpent: boolean;
};

/** `nal` without start code; the bytes that only keep start codes out of it are left out. */
export function bitReader(nal: Uint8Array): BitReader {
  const bytes = withoutEmulationPrevention(nal);
  let at = 0;
  let isSpent = false;

  function bit(): number {
    const byte = bytes[at >> 3];
    if (byte === undefined) isSpent = true;
    const value = ((byte ?? 0) >> (7 - (at & 7))) & 1;
    at += 1;
    return value;
  }

  function bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count && !isSpent; i += 1) value = value * 2 + bit();
    return isSpent ? 0 : value;
  }

  function unsigned(): number {
    let zeros = 0;
    while (bit() === 0) {
      zeros += 1;
      if (zeros > MAX_LEADING_ZEROS) isSpent = true;
      if (isSpent) return 0;
    }
    return 2 ** zeros - 1 + bits(zeros);
  }

  return {
    bits,
    unsigned,
    flag: () => bit() === 1,
    signed() {
      const code = unsigned();
      return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
    },
    get isSpent() {
      return isSpent;
    },
  };
}

function withoutEmulationPrevention(nal: Uint8Array): Uint8Array {
  const kept: number[] = [];
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    kept.push(byte);
  }
  return Uint8Array.from(kept);
}
