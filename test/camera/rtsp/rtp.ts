// A picture as RTP packets (RFC 6184: single NAL units and FU-A), and the sender reports between them (RFC 3550), each
// in the frame that interleaving puts around it (RFC 2326, 10.12).

/** Ticks of the video clock in a second. */
export const RTP_CLOCK_HZ = 90_000;
const PAYLOAD_TYPE = 96;
/** Longest payload; a longer NAL unit is sent in fragments. */
const MAX_PAYLOAD_BYTES = 1_400;
const RTP_HEADER_BYTES = 12;
const SENDER_REPORT_BYTES = 28;
const FRAGMENT = 28;
const FIRST = 0x80;
const LAST = 0x40;
const VERSION = 0x80;
const MARKER = 0x80;
const SENDER_REPORT = 200;
const NTP_EPOCH_SECONDS = 2_208_988_800;

export type RtpSender = {
  /** All packets of one picture; `timestamp` in ticks of the video clock. */
  picture(nals: readonly Buffer[], timestamp: number): Buffer;
  /** Says that `timestamp` was now, so that a player knows the time of what it shows. */
  report(timestamp: number, nowMs: number): Buffer;
};

/** Sequence number and clock begin anywhere, as the RFC asks. */
export function rtpSender({ channel, ssrc }: { channel: number; ssrc: number }): RtpSender {
  const clockOffset = Math.floor(Math.random() * 2 ** 32);
  let sequence = Math.floor(Math.random() * 2 ** 16);
  let packets = 0;
  let bytes = 0;

  const ticks = (timestamp: number) => (timestamp + clockOffset) % 2 ** 32;

  function packet(payload: Buffer, timestamp: number, isLast: boolean): Buffer {
    const header = Buffer.alloc(RTP_HEADER_BYTES);
    header.writeUInt8(VERSION, 0);
    header.writeUInt8((isLast ? MARKER : 0) | PAYLOAD_TYPE, 1);
    header.writeUInt16BE(sequence, 2);
    header.writeUInt32BE(ticks(timestamp), 4);
    header.writeUInt32BE(ssrc, 8);
    sequence = (sequence + 1) % 2 ** 16;
    packets += 1;
    bytes += payload.length;
    return interleaved(channel, Buffer.concat([header, payload]));
  }

  return {
    picture(nals, timestamp) {
      const payloads = nals.flatMap(payloadsOf);
      return Buffer.concat(payloads.map((payload, i) => packet(payload, timestamp, i === payloads.length - 1)));
    },
    report(timestamp, nowMs) {
      const report = Buffer.alloc(SENDER_REPORT_BYTES);
      report.writeUInt8(VERSION, 0);
      report.writeUInt8(SENDER_REPORT, 1);
      report.writeUInt16BE(SENDER_REPORT_BYTES / 4 - 1, 2);
      report.writeUInt32BE(ssrc, 4);
      report.writeUInt32BE(Math.floor(nowMs / 1000) + NTP_EPOCH_SECONDS, 8);
      report.writeUInt32BE(Math.floor(((nowMs % 1000) / 1000) * 2 ** 32), 12);
      report.writeUInt32BE(ticks(timestamp), 16);
      report.writeUInt32BE(packets, 20);
      report.writeUInt32BE(bytes % 2 ** 32, 24);
      return interleaved(channel + 1, report);
    },
  };
}

function payloadsOf(nal: Buffer): Buffer[] {
  if (nal.length <= MAX_PAYLOAD_BYTES) return [nal];
  const header = nal.readUInt8(0);
  const indicator = (header & 0xe0) | FRAGMENT;
  const fragments: Buffer[] = [];
  const step = MAX_PAYLOAD_BYTES - 2;
  for (let at = 1; at < nal.length; at += step) {
    const edge = (at === 1 ? FIRST : 0) | (at + step >= nal.length ? LAST : 0);
    fragments.push(Buffer.concat([Buffer.of(indicator, edge | (header & 0x1f)), nal.subarray(at, at + step)]));
  }
  return fragments;
}

function interleaved(channel: number, packet: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.write('$');
  head.writeUInt8(channel, 1);
  head.writeUInt16BE(packet.length, 2);
  return Buffer.concat([head, packet]);
}
