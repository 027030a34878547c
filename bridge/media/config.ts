// The settings of the media process, from the environment, read once at start; every mistake is one sentence with the
// setting's name.
import { isIP } from 'node:net';
import type { Jwks } from 'aws-jwt-verify/jwk';
import * as z from 'zod';
import type { TokenConfiguration } from '../../shared/auth/verify-token.ts';
import { type Camera, type Environment, readCameras } from '../../shared/isapi/cameras.ts';
import { mistakesIn, readPart, settingsIn, wrongConfiguration } from '../configuration-parts.ts';
import type { MediaMtxPorts } from './mediamtx/configuration.ts';

const LOOPBACK = '127.0.0.1';
const DEFAULT_PROXIES = '127.0.0.1,::1';
/** The seed's, but for the door and the hook, which it does not know. */
const DEFAULT_PORTS = { door: 8880, hook: 9990, rtsp: 8554, webrtc: 8889, hls: 8888, api: 9997, media: 8189 };

const words = (text: string) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
const List = z.string().default('').transform(words);
const NO_PORT = 'is no port: 0 to 65535';
const port = (byDefault: number) =>
  z.coerce.number(NO_PORT).int(NO_PORT).min(0, NO_PORT).max(65_535, NO_PORT).default(byDefault);
const missing = { error: 'is missing' };

const Settings = z.object({
  GATE_STATE_FOLDER: z.string({ error: 'is missing: the folder for the guard and MediaMTX' }).min(1),
  GATE_TABLE: z.string({ error: 'is missing: the name of the table' }).min(3, 'is no table name'),
  GATE_JWT_ISSUER: z.url({ protocol: /^https$/, error: 'is no https URL' }),
  GATE_JWT_AUDIENCE: z.string(missing).min(1, 'is empty'),
  GATE_JWT_JWKS_URI: z.url({ protocol: /^https$/, error: 'is no https URL' }).optional(),
  GATE_JWT_RIGHTS_CLAIM: z.string().min(1, 'is empty').default('scope'),
  GATE_ORIGINS: List.pipe(z.array(z.url({ error: 'holds something that is no origin' }))),
  GATE_DOOR_HOST: z
    .string()
    .refine((host) => isIP(host) !== 0, 'is no address')
    .default(LOOPBACK),
  GATE_DOOR_PORT: port(DEFAULT_PORTS.door),
  GATE_TRUSTED_PROXIES: z
    .string()
    .default(DEFAULT_PROXIES)
    .transform(words)
    .pipe(z.array(z.string().refine((address) => isIP(address) !== 0, 'holds something that is no address'))),
  GATE_HOOK_PORT: port(DEFAULT_PORTS.hook),
  GATE_RTSP_HOST: z
    .string()
    .refine((host) => isIP(host) !== 0, 'is no address')
    .default(LOOPBACK),
  GATE_RTSP_PORT: port(DEFAULT_PORTS.rtsp),
  GATE_MEDIAMTX_WEBRTC_PORT: port(DEFAULT_PORTS.webrtc),
  GATE_MEDIAMTX_HLS_PORT: port(DEFAULT_PORTS.hls),
  GATE_MEDIAMTX_API_PORT: port(DEFAULT_PORTS.api),
  GATE_WEBRTC_PORT: port(DEFAULT_PORTS.media),
  // Not checked as an address alone: a name is refused by MediaMTX only when somebody watches (MEDIAMTX.md 1).
  GATE_WEBRTC_HOSTS: List.pipe(
    z.array(z.string().refine((host) => isIP(host) !== 0, 'holds something that is no address: names fail too late')),
  ),
  MEDIAMTX_BIN: z.string().optional(),
});

export type MediaConfig = {
  cameras: Camera[];
  stateFolder: string;
  table: string;
  token: TokenConfiguration;
  /** Browser origins that may ask; none: only pages of the door's own origin. */
  origins: string[];
  door: { host: string; port: number; trustedProxies: string[] };
  hookPort: number;
  mediamtx: {
    /** MEDIAMTX_BIN */
    binary: string | undefined;
    /** Where the RTSP re-stream listens: loopback, unless others are to read it with a ticket. */
    rtspHost: string;
    ports: MediaMtxPorts;
  };
  /** Public addresses for the media; none: those of the network interfaces. */
  webrtcHosts: string[];
};

/** Throws Rejected `invalid_request`, one sentence a line. */
export function readMediaConfig(env: Environment, readFile: (path: string) => string): MediaConfig {
  const cameras = readPart(() => readCameras(env, readFile));
  const parsed = Settings.safeParse(settingsIn(env));
  const keysFile = env.GATE_JWT_JWKS_FILE;
  const jwks = readPart(() => (keysFile ? jwksIn(keysFile, readFile) : undefined));
  if (!cameras.success || !parsed.success || !jwks.success) {
    throw wrongConfiguration([
      ...mistakesIn(cameras),
      ...(parsed.error?.issues ?? []).map(({ path, message }) => `${String(path[0])} ${message}`),
      ...mistakesIn(jwks),
    ]);
  }
  const settings = parsed.data;
  return {
    cameras: cameras.data,
    stateFolder: settings.GATE_STATE_FOLDER,
    table: settings.GATE_TABLE,
    token: {
      issuer: settings.GATE_JWT_ISSUER,
      audience: settings.GATE_JWT_AUDIENCE,
      rightsClaim: settings.GATE_JWT_RIGHTS_CLAIM,
      ...(settings.GATE_JWT_JWKS_URI && { jwksUri: settings.GATE_JWT_JWKS_URI }),
      ...(jwks.data && { jwks: jwks.data }),
    },
    origins: settings.GATE_ORIGINS,
    door: {
      host: settings.GATE_DOOR_HOST,
      port: settings.GATE_DOOR_PORT,
      trustedProxies: settings.GATE_TRUSTED_PROXIES,
    },
    hookPort: settings.GATE_HOOK_PORT,
    mediamtx: {
      binary: settings.MEDIAMTX_BIN || undefined,
      rtspHost: settings.GATE_RTSP_HOST,
      ports: {
        rtsp: settings.GATE_RTSP_PORT,
        webrtc: settings.GATE_MEDIAMTX_WEBRTC_PORT,
        hls: settings.GATE_MEDIAMTX_HLS_PORT,
        api: settings.GATE_MEDIAMTX_API_PORT,
        media: settings.GATE_WEBRTC_PORT,
      },
    },
    webrtcHosts: settings.GATE_WEBRTC_HOSTS,
  };
}

const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.enum(['EC', 'RSA']), kid: z.string() })).min(1) });

function jwksIn(path: string, readFile: (path: string) => string): Jwks {
  try {
    const { keys } = Keys.parse(JSON.parse(readFile(path)));
    return { keys: keys.map((key) => ({ ...key, alg: String(key.alg), use: 'sig' })) };
  } catch {
    throw wrongConfiguration(['GATE_JWT_JWKS_FILE must name a readable file with a JSON key set']);
  }
}
