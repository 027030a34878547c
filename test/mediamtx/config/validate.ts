// The rules between keys, in MediaMTX's order and words (MEDIAMTX.md 1).
import type { PathConf, Settings } from './config.ts';

const PATH_NAME = /^[0-9a-zA-Z_\-/.~:]+$/;

/** @throws Error with what MediaMTX prints before it exits */
export function checkGlobal(settings: Settings): void {
  const { readTimeout, writeTimeout, writeQueueSize, authMethod, authHTTPAddress } = settings;
  if (readTimeout <= 0) throw new Error("'readTimeout' must be greater than zero");
  if (writeTimeout <= 0) throw new Error("'writeTimeout' must be greater than zero");
  if (!Number.isInteger(Math.log2(writeQueueSize))) throw new Error("'writeQueueSize' must be a power of two");
  // MediaMTX knows `jwt` too; it is not played here, as the bridge has a hook.
  if (!/^(internal|http)$/.test(authMethod)) throw new Error(`invalid authMethod: '${authMethod}'`);
  if (authMethod === 'http' && authHTTPAddress === '') throw new Error("'authHTTPAddress' is empty");
  if (authMethod === 'http' && !/^https?:\/\//.test(authHTTPAddress)) {
    throw new Error("'externalAuthenticationURL' must be a HTTP URL");
  }
  for (const part of ['api', 'metrics', 'rtsp', 'hls', 'webrtc'] as const) {
    const isNamed = settings[`${part}Address`] !== '';
    if (settings[part] && !isNamed) throw new Error(`'${part}Address' must be set when ${part} is enabled`);
  }
  if (!/^(lowLatency|fmp4|mpegts)$/.test(settings.hlsVariant)) {
    throw new Error(`invalid hlsVariant: '${settings.hlsVariant}'`);
  }
  if (settings.webrtc) checkWebrtc(settings);
}

function checkWebrtc(settings: Settings): void {
  const { webrtcLocalUDPAddress, webrtcLocalTCPAddress, webrtcICEServers2 } = settings;
  const isLocal = webrtcLocalUDPAddress !== '' || webrtcLocalTCPAddress !== '';
  const odd = webrtcICEServers2.find(({ url }) => !/^(stun|turns?):/.test(url));
  if (odd) throw new Error(`invalid ICE server: '${odd.url}'`);
  if (!isLocal && webrtcICEServers2.length === 0) {
    throw new Error(
      "at least one between 'webrtcLocalUDPAddress', 'webrtcLocalTCPAddress' or 'webrtcICEServers2' must be filled",
    );
  }
  if (isLocal && !settings.webrtcIPsFromInterfaces && settings.webrtcAdditionalHosts.length === 0) {
    throw new Error("at least one between 'webrtcIPsFromInterfaces' or 'webrtcAdditionalHosts' must be filled");
  }
}

/** @throws Error for a name or a source that MediaMTX would not take */
export function checkPath({ name, source, sourceOnDemand }: PathConf): void {
  // `~` begins a pattern of names.
  if (!name.startsWith('~') && !PATH_NAME.test(name)) {
    throw new Error(
      `invalid path name '${name}': can contain only alphanumeric characters, underscore, dot, minus, slash`,
    );
  }
  if (source === 'publisher') {
    if (sourceOnDemand) throw new Error("'sourceOnDemand' is useless when source is 'publisher'");
    return;
  }
  if (!source.startsWith('rtsp://')) throw new Error(`invalid source: '${source}'`);
  if (!isUrl(source)) throw new Error(`'${source}' is not a valid URL`);
}

function isUrl(source: string): boolean {
  // URL takes broken escapes as they are; Go does not.
  if (/%(?![0-9a-f]{2})/i.test(source)) return false;
  return URL.canParse(source) && new URL(source).hostname !== '';
}
