// How many pictures come: a picture is what shares one time stamp (RFC 3550, 5.1), in however many packets.

const MIN_RTP_BYTES = 12;
const RTP_VERSION = 2;

export type PictureCount = {
  hear(packet: Buffer): void;
  readonly pictures: number;
  /** By the clock given; null before the first. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
};

export function countPictures(now: () => number): PictureCount {
  let pictures = 0;
  let timestamp: number | null = null;
  let firstAt: number | null = null;
  let lastAt: number | null = null;
  return {
    hear(packet) {
      if (packet.length < MIN_RTP_BYTES || packet.readUInt8(0) >> 6 !== RTP_VERSION) return;
      const its = packet.readUInt32BE(4);
      lastAt = now();
      firstAt ??= lastAt;
      if (its === timestamp) return;
      timestamp = its;
      pictures += 1;
    },
    get pictures() {
      return pictures;
    },
    get firstAt() {
      return firstAt;
    },
    get lastAt() {
      return lastAt;
    },
  };
}
