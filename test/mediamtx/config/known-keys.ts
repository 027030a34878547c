// Every key of MediaMTX's file that the stand-in lets pass without acting on it: recording, other protocols, TLS. A key
// that stands neither here nor among the schemas is unknown, which is fatal.

export const OTHER_GLOBAL_KEYS = [
  'logFile sysLogPrefix udpMaxPayloadSize udpReadBufferSize runOnConnect runOnConnectRestart runOnDisconnect',
  'authInternalUsers authHTTPFingerprint authJWTJWKS authJWTJWKSFingerprint authJWTClaimKey authJWTExclude',
  'authJWTInHTTPQuery apiEncryption apiServerKey apiServerCert apiTrustedProxies metricsEncryption metricsServerKey',
  'metricsServerCert metricsTrustedProxies pprofAddress pprofEncryption pprofServerKey pprofServerCert',
  'pprofAllowOrigins pprofTrustedProxies playbackAddress playbackEncryption playbackServerKey playbackServerCert',
  'playbackAllowOrigins playbackTrustedProxies rtspEncryption rtspsAddress rtpAddress rtcpAddress multicastIPRange',
  'multicastRTPPort multicastRTCPPort srtpAddress srtcpAddress multicastSRTPPort multicastSRTCPPort rtspServerKey',
  'rtspServerCert rtspAuthMethods rtmpEncryption rtmpAddress rtmpsAddress rtmpServerKey rtmpServerCert hlsEncryption',
  'hlsServerKey hlsServerCert hlsAlwaysRemux hlsSegmentMaxSize hlsDirectory webrtcEncryption webrtcServerKey',
  'webrtcServerCert webrtcIPsFromInterfacesList webrtcTrackGatherTimeout webrtcSTUNGatherTimeout srtAddress',
].flatMap((line) => line.split(' '));

/** Only from 1.17 to 1.20 on. */
export const NEWER_GLOBAL_KEYS = [
  'dumpPackets authJWTIssuer authJWTAudience rtspTrustedProxies rtmpTrustedProxies hlsCDNSecret moq moqHTTP2Address',
  'moqHTTP3Address moqQUICAddress moqServerKey moqServerCert moqAllowOrigins moqTrustedProxies',
].flatMap((line) => line.split(' '));

export const OTHER_PATH_KEYS = [
  'sourceFingerprint srtReadPassphrase useAbsoluteTimestamp alwaysAvailable alwaysAvailableFile alwaysAvailableTracks',
  'record recordPath recordFormat recordPartDuration recordMaxPartSize recordSegmentDuration recordDeleteAfter',
  'overridePublisher srtPublishPassphrase rtspAnyPort rtspRangeType rtspRangeStart rtspUDPSourcePortRange rtpSDP',
  'sourceRedirect runOnInit runOnInitRestart runOnDemand runOnDemandRestart runOnDemandStartTimeout',
  'runOnDemandCloseAfter runOnUnDemand runOnReady runOnReadyRestart runOnNotReady runOnRead runOnReadRestart',
  'runOnUnread runOnRecordSegmentCreate runOnRecordSegmentComplete',
].flatMap((line) => line.split(' '));

export const NEWER_PATH_KEYS = [
  'forward rtspDemuxMpegts rtspScale moqTransport whepBearerToken whepSTUNGatherTimeout whepHandshakeTimeout',
  'whepTrackGatherTimeout runOnAvailable runOnAvailableRestart runOnUnavailable runOnOnline runOnOnlineRestart',
  'runOnOffline',
].flatMap((line) => line.split(' '));

/** Old names still work, with a warning (MEDIAMTX.md 1); `isList`: the new one wants a list of it. */
export const RENAMED: Readonly<Record<string, { to: string; isList?: true }>> = {
  protocols: { to: 'rtspTransports' },
  encryption: { to: 'rtspEncryption' },
  authMethods: { to: 'rtspAuthMethods' },
  readBufferCount: { to: 'writeQueueSize' },
  apiAllowOrigin: { to: 'apiAllowOrigins', isList: true },
  metricsAllowOrigin: { to: 'metricsAllowOrigins', isList: true },
  hlsAllowOrigin: { to: 'hlsAllowOrigins', isList: true },
  webrtcAllowOrigin: { to: 'webrtcAllowOrigins', isList: true },
  webrtcICEUDPMuxAddress: { to: 'webrtcLocalUDPAddress' },
  webrtcICETCPMuxAddress: { to: 'webrtcLocalTCPAddress' },
  webrtcICEHostNAT1To1IPs: { to: 'webrtcAdditionalHosts' },
};
