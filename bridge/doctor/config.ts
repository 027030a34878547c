// The doctor's settings: those of the bridge and of the media process as far as they are set. A machine that has only
// GATE_CAMERA_* is examined too.
import { resolve } from 'node:path';
import * as z from 'zod';
import { type Camera, type Environment, readCameras } from '../../shared/isapi/cameras.ts';
import { readBridgeConfig } from '../config.ts';
import { mistakesIn, readPart, settingsIn, wrongConfiguration } from '../configuration-parts.ts';
import { readMediaConfig } from '../media/config.ts';

/** Where `npm start` keeps the bridge's state: one account has one guard, on a desk too. */
const DEFAULT_STATE_FOLDER = '.gate-camera/bridge';
const DEFAULT_STATE_PORT = 8686;
const DEFAULT_MEDIAMTX_API_PORT = 9997;

const port = (byDefault: number) =>
  z.coerce.number('is no port').int('is no port').min(0, 'is no port').max(65_535, 'is no port').default(byDefault);
const BaseUrl = z
  .url({ protocol: /^https?$/, error: 'is no http or https URL' })
  .refine((url) => !/[?#]/.test(url), 'must end with its path')
  .transform((url) => url.replace(/\/+$/, ''));

const Settings = z.object({
  GATE_STATE_FOLDER: z.string().min(1, 'is empty').default(DEFAULT_STATE_FOLDER),
  GATE_TABLE: z.string().min(3, 'is no table name').optional(),
  GATE_STATE_PORT: port(DEFAULT_STATE_PORT),
  GATE_LIVE_URL: BaseUrl.optional(),
  GATE_API_URL: BaseUrl.optional(),
  GATE_MEDIAMTX_API_PORT: port(DEFAULT_MEDIAMTX_API_PORT),
  MEDIAMTX_BIN: z.string().optional(),
});

export type DoctorConfig = {
  cameras: Camera[];
  stateFolder: string;
  table: string | null;
  /** Of the bridge on this machine, if one runs here. */
  statePort: number;
  /** The door's and the API's public base URLs, without a trailing slash. */
  liveUrl: string | null;
  apiUrl: string | null;
  mediamtx: { binary: string | undefined; apiPort: number };
  /** What bridge or media process would refuse to start with. */
  complaints: string[];
};

/** @throws Rejected `invalid_request`, one sentence a line, when the cameras or the doctor's own settings cannot be read */
export function readDoctorConfig(env: Environment, readFile: (path: string) => string): DoctorConfig {
  const cameras = readPart(() => camerasIn(env, readFile));
  const parsed = Settings.safeParse(settingsIn(env));
  if (!cameras.success || !parsed.success) {
    const own = (parsed.error?.issues ?? []).map(({ path, message }) => `${String(path[0])} ${message}`);
    throw wrongConfiguration([...mistakesIn(cameras), ...own]);
  }
  const settings = parsed.data;
  return {
    cameras: cameras.data,
    stateFolder: resolve(settings.GATE_STATE_FOLDER),
    table: settings.GATE_TABLE ?? null,
    statePort: settings.GATE_STATE_PORT,
    liveUrl: settings.GATE_LIVE_URL ?? null,
    apiUrl: settings.GATE_API_URL ?? null,
    mediamtx: { binary: settings.MEDIAMTX_BIN, apiPort: settings.GATE_MEDIAMTX_API_PORT },
    complaints: [
      ...(env.GATE_QUEUE_URL ? mistakesIn(readPart(() => readBridgeConfig(env, readFile))) : []),
      ...(env.GATE_JWT_ISSUER ? mistakesIn(readPart(() => readMediaConfig(env, readFile))) : []),
    ],
  };
}

function camerasIn(env: Environment, readFile: (path: string) => string): Camera[] {
  if (env.GATE_CAMERA_IP || env.GATE_CAMERAS) return readCameras(env, readFile);
  throw wrongConfiguration(['neither GATE_CAMERA_IP nor GATE_CAMERAS is set']);
}
