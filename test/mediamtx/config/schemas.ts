// The keys that the stand-in acts on, with MediaMTX's own defaults (MEDIAMTX.md 1), and the names of all that it takes.
import * as z from 'zod';
import type { Quirks } from '../quirks.ts';
import { parseGoDuration } from './go-duration.ts';
import { NEWER_GLOBAL_KEYS, NEWER_PATH_KEYS, OTHER_GLOBAL_KEYS, OTHER_PATH_KEYS } from './known-keys.ts';

const Duration = z.string().transform((text, context) => {
  try {
    return parseGoDuration(text);
  } catch (error) {
    context.issues.push({
      code: 'custom',
      message: error instanceof Error ? error.message : String(error),
      input: text,
    });
    return z.NEVER;
  }
});
const Texts = z.array(z.string());
const Permissions = z.array(z.strictObject({ action: z.string(), path: z.string().optional() }));
const LogLevel = z
  .string()
  .refine((text) => /^(debug|info|warn|error)$/.test(text), { error: ({ input }) => `invalid log level: '${input}'` });

const GLOBAL = {
  logLevel: LogLevel,
  logDestinations: Texts,
  logStructured: z.boolean(),
  readTimeout: Duration,
  writeTimeout: Duration,
  writeQueueSize: z.number(),
  authMethod: z.string(),
  authHTTPAddress: z.string(),
  authHTTPExclude: Permissions,
  api: z.boolean(),
  apiAddress: z.string(),
  apiAllowOrigins: Texts,
  metrics: z.boolean(),
  metricsAddress: z.string(),
  metricsAllowOrigins: Texts,
  pprof: z.boolean(),
  playback: z.boolean(),
  rtsp: z.boolean(),
  rtspTransports: Texts,
  rtspAddress: z.string(),
  rtmp: z.boolean(),
  srt: z.boolean(),
  hls: z.boolean(),
  hlsAddress: z.string(),
  hlsAllowOrigins: Texts,
  hlsTrustedProxies: Texts,
  hlsVariant: z.string(),
  hlsSegmentCount: z.number(),
  hlsSegmentDuration: Duration,
  hlsPartDuration: Duration,
  hlsMuxerCloseAfter: Duration,
  webrtc: z.boolean(),
  webrtcAddress: z.string(),
  webrtcAllowOrigins: Texts,
  webrtcTrustedProxies: Texts,
  webrtcLocalUDPAddress: z.string(),
  webrtcLocalTCPAddress: z.string(),
  webrtcIPsFromInterfaces: z.boolean(),
  webrtcAdditionalHosts: Texts,
  webrtcICEServers2: z.array(
    z.object({ url: z.string(), username: z.string().optional(), password: z.string().optional() }),
  ),
  webrtcHandshakeTimeout: Duration,
  pathDefaults: z.record(z.string(), z.unknown()),
  paths: z.record(z.string(), z.record(z.string(), z.unknown()).nullable()),
};

export const GLOBAL_DEFAULTS: Readonly<Record<string, unknown>> = {
  logLevel: 'info',
  logDestinations: ['stdout'],
  logStructured: false,
  readTimeout: '10s',
  writeTimeout: '10s',
  writeQueueSize: 512,
  authMethod: 'internal',
  authHTTPAddress: '',
  api: false,
  apiAddress: ':9997',
  apiAllowOrigins: ['*'],
  metrics: false,
  metricsAddress: ':9998',
  metricsAllowOrigins: ['*'],
  pprof: false,
  playback: false,
  rtsp: true,
  rtspTransports: ['udp', 'multicast', 'tcp'],
  rtspAddress: ':8554',
  rtmp: true,
  srt: true,
  hls: true,
  hlsAddress: ':8888',
  hlsAllowOrigins: ['*'],
  hlsTrustedProxies: [],
  hlsVariant: 'lowLatency',
  hlsSegmentCount: 7,
  hlsSegmentDuration: '1s',
  hlsPartDuration: '200ms',
  hlsMuxerCloseAfter: '1m0s',
  webrtc: true,
  webrtcAddress: ':8889',
  webrtcAllowOrigins: ['*'],
  webrtcTrustedProxies: [],
  webrtcLocalUDPAddress: ':8189',
  webrtcLocalTCPAddress: '',
  webrtcIPsFromInterfaces: true,
  webrtcAdditionalHosts: [],
  webrtcICEServers2: [],
  webrtcHandshakeTimeout: '10s',
  pathDefaults: {},
  paths: {},
};

/** The default of this one changed in 1.20.1, to nothing. */
export function excludedByDefault({ hasHlsSessions }: Quirks): unknown {
  return hasHlsSessions ? [] : ['api', 'metrics', 'pprof'].map((action) => ({ action }));
}

const PATH = {
  source: z.string(),
  sourceOnDemand: z.boolean(),
  sourceOnDemandStartTimeout: Duration,
  sourceOnDemandCloseAfter: Duration,
  maxReaders: z.number(),
  rtspTransport: z.string(),
};

export const PATH_DEFAULTS: Readonly<Record<string, unknown>> = {
  source: 'publisher',
  sourceOnDemand: false,
  sourceOnDemandStartTimeout: '10s',
  sourceOnDemandCloseAfter: '10s',
  maxReaders: 0,
  rtspTransport: 'automatic',
};

export const GlobalSchema = z.object(GLOBAL);
export const PathSchema = z.object(PATH);

export function globalKeys({ hasMoq }: Quirks): ReadonlySet<string> {
  return new Set([...Object.keys(GLOBAL), ...OTHER_GLOBAL_KEYS, ...(hasMoq ? NEWER_GLOBAL_KEYS : [])]);
}

/** The API shows the name among the keys, and takes it back. */
export function pathKeys({ hasMoq }: Quirks): ReadonlySet<string> {
  return new Set(['name', ...Object.keys(PATH), ...OTHER_PATH_KEYS, ...(hasMoq ? NEWER_PATH_KEYS : [])]);
}
