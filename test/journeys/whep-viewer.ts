// A viewer without a screen: WHEP and real WebRTC media, which it counts and throws away.
import { type PeerConnection as Peer, PeerConnection, type Track, Video } from 'node-datachannel';

const PAYLOAD_TYPE = 96;
const GATHER_MS = 2_000;

export type WhepViewer = {
  /** Of the POST. */
  status: number;
  /** The problem's code when it was refused. */
  code: string | null;
  retryAfter: string | null;
  /** Where the session is; null when it was refused. */
  session: string | null;
  /** RTP packets so far. */
  packets(): number;
  /** As a page does that is closed. */
  close(): Promise<void>;
};

/** One POST; what comes of it, also a refusal, is the answer. */
export async function watchByWhep(url: string, token: string): Promise<WhepViewer> {
  const peer = new PeerConnection('viewer', { iceServers: [] });
  let packets = 0;
  const track = addVideo(peer);
  track.onMessage(() => {
    packets += 1;
  });
  const offer = await localOffer(peer);
  const response = await fetch(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/sdp' },
    body: offer,
  });
  const text = await response.text();
  const location = response.headers.get('Location');
  const session = location === null ? null : new URL(location, response.url).href;
  if (response.status === 201) peer.setRemoteDescription(text, 'answer');
  return {
    status: response.status,
    code: response.status === 201 ? null : String(JSON.parse(text).code),
    retryAfter: response.headers.get('Retry-After'),
    session,
    packets: () => packets,
    close: async () => {
      if (session !== null) await fetch(session, { method: 'DELETE' });
      // Named here, too, so that it is not collected while it counts.
      track.close();
      peer.close();
    },
  };
}

function addVideo(peer: Peer): Track {
  const video = new Video('0', 'RecvOnly');
  video.addH264Codec(PAYLOAD_TYPE);
  return peer.addTrack(video);
}

function localOffer(peer: Peer): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const offered = () => resolve(peer.localDescription()?.sdp ?? '');
  peer.onGatheringStateChange((state) => {
    if (state === 'complete') offered();
  });
  const late = setTimeout(offered, GATHER_MS);
  peer.setLocalDescription('offer');
  return promise.finally(() => clearTimeout(late));
}
