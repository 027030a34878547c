// Things as the control API shows them (MEDIAMTX.md 5). Times are RFC 3339 or null, byte counts plain numbers.
import { readSps } from '../../../bridge/media/rtsp/sps.ts';
import type { Muxer } from '../hls/muxer.ts';
import type { HlsSession } from '../hls/sessions.ts';
import type { Path } from '../paths/path.ts';
import type { Quirks } from '../quirks.ts';
import type { RtspConn, RtspSession } from '../rtsp/rtsp-conn.ts';
import type { WebrtcSession } from '../webrtc/session.ts';

/** Go's zero time: a static source that never came up still has an `onlineTime`. */
const NEVER = '0001-01-01T00:00:00Z';
const LEVEL_BYTE = 3;

const instant = (ms: number) => new Date(ms).toISOString();

export function pathView({ conf, stream, readyAt, readers }: Path, { hasInboundNames }: Quirks): object {
  const readyTime = readyAt === null ? null : instant(readyAt);
  const isStatic = conf.source !== 'publisher';
  const received = stream?.bytesReceived ?? 0;
  const sent = stream?.bytesSent ?? 0;
  const view = {
    name: conf.name,
    confName: conf.name,
    ready: stream !== null,
    readyTime,
    available: stream !== null,
    availableTime: readyTime,
    // Only says that there is a source object: true while idle.
    online: isStatic,
    onlineTime: isStatic ? (readyTime ?? NEVER) : null,
    source: isStatic ? { type: 'rtspSource', id: '' } : null,
    tracks: stream?.tracks.map(({ codec }) => codec) ?? [],
    bytesReceived: received,
    bytesSent: sent,
    readers: [...readers].filter(({ isHidden }) => !isHidden).map(({ type, id }) => ({ type, id })),
  };
  if (!hasInboundNames) return view;
  const tracks2 = stream?.tracks.map(({ codec }) => ({
    codec,
    codecProps: codecProps(codec, stream.parameterSets.sps),
  }));
  return { ...view, tracks2: tracks2 ?? [], inboundBytes: received, outboundBytes: sent, inboundFramesInError: 0 };
}

function codecProps(codec: string, sps: Buffer | null): object | null {
  if (codec !== 'H264' || sps === null) return null;
  const { width = 0, height = 0, profile = '' } = readSps(sps) ?? {};
  return { width, height, profile, level: String((sps[LEVEL_BYTE] ?? 0) / 10) };
}

export function webrtcSessionView(session: WebrtcSession, { hasInboundNames }: Quirks): object {
  const { peer } = session;
  const { local, remote } = peer?.candidates() ?? { local: '', remote: '' };
  const [bytes, packets] = [peer?.bytesSent ?? 0, peer?.packetsSent ?? 0];
  const newer = {
    user: '',
    userAgent: session.userAgent,
    inboundBytes: 0,
    inboundRTPPackets: 0,
    inboundRTPPacketsLost: 0,
    inboundRTPPacketsJitter: 0,
    inboundRTCPPackets: 0,
    outboundBytes: bytes,
    outboundRTPPackets: packets,
    outboundRTCPPackets: 0,
    outboundFramesDiscarded: 0,
  };
  return {
    id: session.id,
    created: instant(session.createdAt),
    remoteAddr: session.remoteAddress,
    peerConnectionEstablished: session.isConnected,
    localCandidate: local,
    remoteCandidate: remote,
    state: 'read',
    path: session.path,
    query: session.query,
    ...(hasInboundNames ? newer : {}),
    bytesReceived: 0,
    bytesSent: bytes,
    rtpPacketsReceived: 0,
    rtpPacketsSent: packets,
    rtpPacketsLost: 0,
    rtpPacketsJitter: 0,
    rtcpPacketsReceived: 0,
    rtcpPacketsSent: 0,
  };
}

export function rtspSessionView(session: RtspSession, { hasInboundNames }: Quirks): object {
  const { id, createdAt, remoteAddress, isPlaying, path, query, bytesSent, packetsSent } = session;
  return {
    id,
    created: instant(createdAt),
    remoteAddr: remoteAddress,
    state: isPlaying ? 'read' : 'idle',
    path,
    query,
    ...(hasInboundNames ? { user: '', userAgent: '' } : {}),
    transport: isPlaying ? 'TCP' : null,
    profile: isPlaying ? 'AVP' : null,
    ...(hasInboundNames ? { inboundBytes: 0, outboundBytes: bytesSent, outboundRTPPackets: packetsSent } : {}),
    bytesReceived: 0,
    bytesSent,
    rtpPacketsReceived: 0,
    rtpPacketsSent: packetsSent,
    rtpPacketsLost: 0,
    rtpPacketsInError: 0,
    rtpPacketsJitter: 0,
    rtcpPacketsReceived: 0,
    rtcpPacketsSent: 0,
    rtcpPacketsInError: 0,
  };
}

export function rtspConnView({ id, createdAt, remoteAddress, session }: RtspConn): object {
  const bytesSent = session?.bytesSent ?? 0;
  const created = instant(createdAt);
  return {
    id,
    created,
    remoteAddr: remoteAddress,
    bytesReceived: 0,
    bytesSent,
    session: session?.id ?? null,
    tunnel: 'none',
  };
}

export function muxerView({ path, createdAt, lastRequestAt, bytesSent }: Muxer, { hasInboundNames }: Quirks): object {
  const newer = hasInboundNames ? { outboundBytes: bytesSent, outboundFramesDiscarded: 0 } : {};
  return { path, created: instant(createdAt), lastRequest: instant(lastRequestAt), ...newer, bytesSent };
}

export function hlsSessionView({ id, createdAt, remoteAddress, path, query, userAgent }: HlsSession): object {
  const created = instant(createdAt);
  return { id, created, remoteAddr: remoteAddress, path, query, user: '', userAgent, isCDN: false, outboundBytes: 0 };
}
