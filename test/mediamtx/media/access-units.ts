// RTP of one H.264 track to access units (RFC 6184): single NAL units, STAP-A and FU-A; a unit ends at the marker.

export type AccessUnit = {
  /** Without start codes; SPS and PPS stand before every key picture, delimiters are gone, as MediaMTX does it. */
  nals: readonly Buffer[];
  isKey: boolean;
  /** As the camera sent it, 32 bits, 90 kHz. */
  timestamp: number;
  /** The same, counting on over the wrap. */
  pts: number;
};

const RTP_HEADER_BYTES = 12;
const EXTENSION_WORD_BYTES = 4;
const CSRC_BYTES = 4;
const TYPE_MASK = 0x1f;
const [IDR, SPS, PPS, DELIMITER, STAP_A, FU_A] = [5, 7, 8, 9, 24, 28];
const FU_START = 0x80;
const WRAP = 2 ** 32;

const typeOf = (nal: Buffer) => (nal[0] ?? 0) & TYPE_MASK;

export type Depacketizer = {
  /** @returns the unit that this packet ends, if it does */
  take(rtp: Buffer): AccessUnit | null;
  /** The newest SPS and PPS, from the description or the stream. */
  readonly parameterSets: { sps: Buffer | null; pps: Buffer | null };
};

export function createDepacketizer(fromDescription: readonly Buffer[]): Depacketizer {
  let sps = fromDescription.find((nal) => typeOf(nal) === SPS) ?? null;
  let pps = fromDescription.find((nal) => typeOf(nal) === PPS) ?? null;
  let nals: Buffer[] = [];
  let fragments: Buffer[] = [];
  let lastTimestamp: number | null = null;
  let pts = 0;

  function add(payload: Buffer): void {
    const type = typeOf(payload);
    if (type === FU_A) {
      const [indicator = 0, header = 0] = payload;
      if (header & FU_START) fragments = [Buffer.from([(indicator & ~TYPE_MASK) | (header & TYPE_MASK)])];
      if (fragments.length > 0) fragments.push(payload.subarray(2));
      const isLast = (header & 0x40) !== 0;
      if (isLast && fragments.length > 0) nals.push(Buffer.concat(fragments));
      if (isLast) fragments = [];
    } else if (type === STAP_A) {
      for (let at = 1; at + 2 <= payload.length; ) {
        const length = payload.readUInt16BE(at);
        nals.push(payload.subarray(at + 2, at + 2 + length));
        at += 2 + length;
      }
    } else if (payload.length > 0) nals.push(payload);
  }

  function finish(timestamp: number): AccessUnit | null {
    const pictures: Buffer[] = [];
    for (const nal of nals) {
      const type = typeOf(nal);
      if (type === SPS) sps = nal;
      else if (type === PPS) pps = nal;
      else if (type !== DELIMITER) pictures.push(nal);
    }
    nals = [];
    if (pictures.length === 0) return null;
    const isKey = pictures.some((nal) => typeOf(nal) === IDR);
    const head = isKey ? [sps, pps].filter((nal) => nal !== null) : [];
    if (lastTimestamp !== null) pts += signed32(timestamp - lastTimestamp);
    lastTimestamp = timestamp;
    return { nals: [...head, ...pictures], isKey, timestamp, pts };
  }

  return {
    get parameterSets() {
      return { sps, pps };
    },
    take(rtp) {
      const payload = payloadOf(rtp);
      if (payload === null) return null;
      add(payload);
      const isLast = ((rtp[1] ?? 0) & 0x80) !== 0;
      return isLast ? finish(rtp.readUInt32BE(4)) : null;
    },
  };
}

/** Null for what is no RTP. */
function payloadOf(rtp: Buffer): Buffer | null {
  const [first = 0] = rtp;
  if (rtp.length < RTP_HEADER_BYTES || first >> 6 !== 2) return null;
  let at = RTP_HEADER_BYTES + (first & 0x0f) * CSRC_BYTES;
  if (first & 0x10)
    at += EXTENSION_WORD_BYTES + EXTENSION_WORD_BYTES * (rtp.length >= at + 4 ? rtp.readUInt16BE(at + 2) : 0);
  const padding = first & 0x20 ? (rtp.at(-1) ?? 0) : 0;
  return at > rtp.length - padding ? null : rtp.subarray(at, rtp.length - padding);
}

/** The way between two timestamps of 32 bits, shorter side round. */
function signed32(difference: number): number {
  const wrapped = ((difference % WRAP) + WRAP) % WRAP;
  return wrapped >= WRAP / 2 ? wrapped - WRAP : wrapped;
}
