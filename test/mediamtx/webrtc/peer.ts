// One peer connection towards a viewer: real ICE, DTLS and SRTP through libdatachannel, H.264 in packets of MediaMTX's size.
import {
  H264RtpPacketizer,
  PeerConnection,
  type RtcConfig,
  RtcpNackResponder,
  RtcpSrReporter,
  RtpPacketizationConfig,
  type Track,
  Video,
} from 'node-datachannel';
import type { Settings } from '../config/config.ts';
import { parseAddress } from '../http/address.ts';
import type { AccessUnit } from '../media/access-units.ts';
import { withCandidates } from './candidates.ts';
import type { Offer } from './offer.ts';

const PAYLOAD_BYTES = 1_188;
const CLOCK_RATE = 90_000;
/** What MediaMTX answers, whatever the camera sends. */
const H264_FORMAT = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';
const START_CODE = Buffer.from([0, 0, 0, 1]);

export type Peer = {
  /** Complete: with all addresses of the server. */
  answer: string;
  connected: Promise<void>;
  /** Resolves when the viewer has gone. */
  failed: Promise<void>;
  send(unit: AccessUnit): void;
  readonly bytesSent: number;
  readonly packetsSent: number;
  /** `host/udp/127.0.0.1/8189`, empty until connected. */
  candidates(): { local: string; remote: string };
  addCandidate(candidate: string, mid: string): void;
  close(): void;
};

/** @throws Error when libdatachannel does not take the offer */
export async function openPeer({
  offer,
  sdp,
  settings,
}: {
  offer: Offer;
  sdp: string;
  settings: Settings;
}): Promise<Peer> {
  const connection = new PeerConnection('viewer', rtcConfig(settings));
  const connected = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<void>();
  const gathered = Promise.withResolvers<void>();
  let bytesSent = 0;
  let packetsSent = 0;
  connection.onStateChange((state) => {
    if (state === 'connected') connected.resolve();
    if (state === 'failed' || state === 'disconnected' || state === 'closed') failed.resolve();
  });
  connection.onGatheringStateChange((state) => {
    if (state === 'complete') gathered.resolve();
  });
  try {
    connection.setRemoteDescription(sdp, 'offer');
    const { track, packets } = addVideo(connection, offer);
    connection.setLocalDescription('answer');
    await gathered.promise;
    return {
      answer: withCandidates(connection.localDescription()?.sdp ?? '', settings),
      connected: connected.promise,
      failed: failed.promise,
      get bytesSent() {
        return bytesSent;
      },
      get packetsSent() {
        return packetsSent;
      },
      candidates: () => pairOf(connection),
      addCandidate: (candidate, mid) => connection.addRemoteCandidate(candidate, mid),
      send(unit) {
        if (!track.isOpen()) return;
        packets.timestamp = unit.timestamp;
        const bytes = Buffer.concat(unit.nals.flatMap((nal) => [START_CODE, nal]));
        track.sendMessageBinary(bytes);
        bytesSent += bytes.length;
        packetsSent += unit.nals.reduce((sum, { length }) => sum + Math.ceil(length / PAYLOAD_BYTES), 0);
      },
      close: () => connection.close(),
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function rtcConfig({ webrtcLocalUDPAddress }: Settings): RtcConfig {
  const common = { iceServers: [], disableAutoNegotiation: true };
  if (webrtcLocalUDPAddress === '') return common;
  const { host, port } = parseAddress(webrtcLocalUDPAddress);
  return { ...common, bindAddress: host, portRangeBegin: port, portRangeEnd: port, enableIceUdpMux: true };
}

function addVideo(
  connection: PeerConnection,
  { mid, payloadType }: Offer,
): { track: Track; packets: RtpPacketizationConfig } {
  const ssrc = 1 + Math.floor(Math.random() * 0x7fffffff);
  const video = new Video(mid, 'SendOnly');
  video.addH264Codec(payloadType, H264_FORMAT);
  video.addSSRC(ssrc, 'mediamtx', 'mediamtx', 'video');
  const track = connection.addTrack(video);
  const packets = new RtpPacketizationConfig(ssrc, 'mediamtx', payloadType, CLOCK_RATE);
  const packetizer = new H264RtpPacketizer('LongStartSequence', packets, PAYLOAD_BYTES);
  packetizer.addToChain(new RtcpSrReporter(packets));
  packetizer.addToChain(new RtcpNackResponder());
  track.setMediaHandler(packetizer);
  return { track, packets };
}

function pairOf(connection: PeerConnection): { local: string; remote: string } {
  const pair = connection.getSelectedCandidatePair();
  const shown = (side: { type: string; address: string; port: number } | undefined) =>
    side ? `${side.type}/udp/${side.address}/${side.port}` : '';
  return { local: shown(pair?.local), remote: shown(pair?.remote) };
}
