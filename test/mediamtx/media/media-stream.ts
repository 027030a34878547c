// What a ready path passes on: RTP as it came for RTSP readers, access units for WebRTC and HLS; and the bytes of both.
import type { Track } from '../source/sdp-tracks.ts';
import { type AccessUnit, createDepacketizer } from './access-units.ts';

export type Subscription = {
  onUnit?: (unit: AccessUnit) => void;
  onPacket?: (track: number, rtp: Buffer) => void;
  /** HLS is read by the muxer and does not count as sent on 1.16.1. */
  isCounted: boolean;
};

export type MediaStream = {
  readonly tracks: readonly Track[];
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly parameterSets: { sps: Buffer | null; pps: Buffer | null };
  packet(track: number, rtp: Buffer): void;
  /** @returns what ends it */
  subscribe(subscription: Subscription): () => void;
};

export function createMediaStream(tracks: readonly Track[]): MediaStream {
  const videoIndex = tracks.findIndex(({ codec }) => codec === 'H264');
  const depacketizer = createDepacketizer(tracks[videoIndex]?.parameterSets ?? []);
  const subscriptions = new Set<Subscription>();
  let bytesReceived = 0;
  let bytesSent = 0;

  return {
    tracks,
    get bytesReceived() {
      return bytesReceived;
    },
    get bytesSent() {
      return bytesSent;
    },
    get parameterSets() {
      return depacketizer.parameterSets;
    },
    packet(track, rtp) {
      bytesReceived += rtp.length;
      const unit = track === videoIndex ? depacketizer.take(rtp) : null;
      for (const { onUnit, onPacket, isCounted } of subscriptions) {
        if (isCounted) bytesSent += rtp.length;
        onPacket?.(track, rtp);
        if (unit) onUnit?.(unit);
      }
    },
    subscribe(subscription) {
      subscriptions.add(subscription);
      return () => subscriptions.delete(subscription);
    },
  };
}
