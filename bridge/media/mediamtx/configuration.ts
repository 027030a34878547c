// The text of MediaMTX's configuration file for one version (MEDIAMTX.md 1). It holds no source and no password: paths
// come and go by the control API, each after the camera has let the password in.
import { isIPv6 } from 'node:net';
import { isAtLeast, type Version } from './version.ts';

const LOOPBACK = '127.0.0.1';
/** Up to here MediaMTX has no `moq`, and an unknown key ends it; from here on it is open to the world unless forbidden. */
const FIRST_WITH_MOQ: Version = [1, 19, 0];
/** How long the camera may be silent, and the hook may take. */
const READ_TIMEOUT = '10s';
/** MediaMTX's default of 60 s would keep the camera sending for a minute and a half after the last HLS viewer. */
const HLS_MUXER_CLOSE_AFTER = '15s';
/** `~` begins a regular expression of MediaMTX's; a path of the exact name goes before it. */
const STREAM_NAMES = '~^[a-z0-9][a-z0-9-]{0,31}-(main|sub)$';

export type MediaMtxPorts = {
  /** Its control API: whoever reaches it reads the camera's password, so it is on loopback only. */
  api: number;
  /** WHEP, behind the door. */
  webrtc: number;
  hls: number;
  rtsp: number;
  /** Where the media itself goes out, UDP and TCP alike: the one port that is open to the world. */
  media: number;
};

export type MediaMtxSettings = {
  ports: MediaMtxPorts;
  /** Where MediaMTX asks whether somebody may read: an http URL on loopback. */
  hookUrl: string;
  /** `127.0.0.1`, unless the re-stream is wanted by others than this machine. */
  rtspHost: string;
  /** Public addresses for the media; none: those of the network interfaces. */
  mediaHosts: readonly string[];
};

/** JSON, which is YAML too, so that no setting can break out of its place. */
export function configurationText(version: Version, settings: MediaMtxSettings): string {
  const { ports, hookUrl, rtspHost, mediaHosts } = settings;
  const configuration = {
    logLevel: 'info',
    logDestinations: ['stdout'],
    logStructured: true,
    readTimeout: READ_TIMEOUT,
    writeTimeout: '10s',

    authMethod: 'http',
    authHTTPAddress: hookUrl,
    // Said always: what it is by default differs between 1.20.0 and 1.20.1.
    authHTTPExclude: [{ action: 'api' }],

    api: true,
    apiAddress: `${LOOPBACK}:${ports.api}`,
    // The door alone tells browsers who may ask: doubled headers break them, and MediaMTX's default is everybody.
    apiAllowOrigins: [],
    metrics: false,
    pprof: false,
    playback: false,

    rtsp: true,
    rtspTransports: ['tcp'],
    rtspEncryption: 'no',
    rtspAddress: `${isIPv6(rtspHost) ? `[${rtspHost}]` : rtspHost}:${ports.rtsp}`,
    rtmp: false,
    srt: false,
    ...(isAtLeast(version, FIRST_WITH_MOQ) ? { moq: false } : {}),

    hls: true,
    hlsAddress: `${LOOPBACK}:${ports.hls}`,
    hlsAllowOrigins: [],
    hlsTrustedProxies: [LOOPBACK],
    hlsVariant: 'lowLatency',
    hlsSegmentCount: 7,
    hlsSegmentDuration: '1s',
    hlsPartDuration: '200ms',
    hlsMuxerCloseAfter: HLS_MUXER_CLOSE_AFTER,

    webrtc: true,
    webrtcAddress: `${LOOPBACK}:${ports.webrtc}`,
    webrtcAllowOrigins: [],
    webrtcTrustedProxies: [LOOPBACK],
    webrtcLocalUDPAddress: `:${ports.media}`,
    webrtcLocalTCPAddress: `:${ports.media}`,
    webrtcIPsFromInterfaces: mediaHosts.length === 0,
    webrtcAdditionalHosts: mediaHosts,
    // An unreachable STUN server would delay every picture by 5 s (MEDIAMTX.md 2).
    webrtcICEServers2: [],

    // No `all_others`: an unknown name is refused. The streams' names have no source of their own until their path is put
    // in; they stand here so that the hook is asked for them at all, and a ticket can wake the one that it is for.
    paths: { [STREAM_NAMES]: {} },
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}
