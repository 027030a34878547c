import * as z from 'zod';
import { type Camera, type Environment as Env, readCameras } from '../../shared/isapi/cameras.ts';
import { DEFAULT_RETENTION_DAYS } from '../../shared/store/detections.ts';
import { Broken } from '../../shared/support/errors.ts';

const missing = { error: 'is missing' };
const list = (text: string) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

const Environment = z.object({
  GATE_TABLE: z.string(missing).min(3, 'is no table name'),
  GATE_PICTURES_BUCKET: z.string(missing).min(3, 'is no bucket name'),
  GATE_JWT_ISSUER: z.url({ protocol: /^https$/, error: 'is no https URL' }),
  GATE_JWT_AUDIENCE: z.string(missing).min(1, 'is empty'),
  GATE_JWT_JWKS_URI: z.url({ protocol: /^https$/, error: 'is no https URL' }).optional(),
  GATE_JWT_RIGHTS_CLAIM: z.string().min(1, 'is empty').default('scope'),
  GATE_ORIGINS: z
    .string()
    .default('')
    .transform(list)
    .pipe(z.array(z.url({ error: 'holds something that is no origin' }))),
  GATE_RETENTION_DAYS: z.coerce
    .number({ error: 'is no number of days' })
    .int()
    .positive()
    .default(DEFAULT_RETENTION_DAYS),
  GATE_LIVE_URL: z
    .url({ protocol: /^https?$/, error: 'is no http or https URL' })
    .refine((url) => !/[?#]/.test(url), 'must end with its path')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
});

export type ApiEnvironment = {
  table: string;
  bucket: string;
  token: { issuer: string; audience: string; jwksUri?: string; rightsClaim: string };
  /** With passwords that are read from the secret store by name. */
  cameras: Camera[];
  origins: string[];
  /** For how long the recorder keeps reads. */
  retentionDays: number;
  /** The door's public base URL, without a trailing slash; undefined: no live video is shown. */
  liveUrl: string | undefined;
};

/** Throws with the name of every wrong setting. */
export function readEnvironment(env: Env, readFile: (path: string) => string): ApiEnvironment {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
    throw new Broken('internal', `could not start the api: ${wrong}`);
  }
  const { data } = parsed;
  const cameras = readCameras(env, readFile);
  const open = cameras.find(({ password }) => password.kind !== 'stored');
  if (open) {
    const message = `camera ${open.id} has its password in the configuration; functions read it by GATE_CAMERA_PASS_SECRET`;
    throw new Broken('internal', `could not start the api: ${message}`);
  }
  return {
    table: data.GATE_TABLE,
    bucket: data.GATE_PICTURES_BUCKET,
    token: {
      issuer: data.GATE_JWT_ISSUER,
      audience: data.GATE_JWT_AUDIENCE,
      rightsClaim: data.GATE_JWT_RIGHTS_CLAIM,
      ...(data.GATE_JWT_JWKS_URI === undefined ? {} : { jwksUri: data.GATE_JWT_JWKS_URI }),
    },
    cameras,
    origins: data.GATE_ORIGINS,
    retentionDays: data.GATE_RETENTION_DAYS,
    liveUrl: data.GATE_LIVE_URL,
  };
}
