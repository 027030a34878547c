// Which cameras there are, from the environment: one by GATE_CAMERA_*, or several by the JSON file in GATE_CAMERAS.
// Every mistake is one sentence naming the setting; no sentence repeats a value, for it may be a secret.
import { resolve } from 'node:path';
import * as z from 'zod';
import type { CameraId } from '../detection/detection.ts';
import { Rejected } from '../support/errors.ts';
import { Secret } from '../support/secret.ts';
import { CameraSettings } from './camera-settings.ts';
import { camerasPushingAlike } from './cameras-pushing-alike.ts';

const ONLY_CAMERA_ID = 'gate';
const MAX_CAMERAS = 1_000;
const PUSHES_ALIKE =
  'is missing: another camera pushes from its address, and only a mac or a pushToken tells whose a push is';

export type PasswordSource =
  | { kind: 'given'; secret: Secret }
  | { kind: 'stored'; name: string }
  | { kind: 'file'; path: string };

/** `directions` says what the camera's two directions mean at this gate. */
export type Camera = {
  id: CameraId;
  host: string;
  httpPort: number;
  rtspPort: number;
  user: string;
  /** Given here, or the name of a SecureString parameter, or a file's path; `accountSource` resolves it. */
  password: PasswordSource;
  allowBasic: boolean;
  /** `off`: it only pushes, and nobody asks it for its alert stream. */
  stream: 'on' | 'off';
  /** The lens goes home when nobody has moved it for so long. */
  homeAfterSeconds?: number;
  /** IANA name, for cameras that send times without offset. */
  timeZone?: string;
  /** Addresses and networks (CIDR) that its pushes come from. */
  pushFrom: string[];
  pushToken?: Secret;
  /** Lower case, with colons. */
  mac?: string;
  directions?: { forward: 'in' | 'out'; reverse: 'in' | 'out' };
};

/** Settings of the single camera, by the names that operators know. */
const VARIABLES: Record<string, string> = {
  host: 'GATE_CAMERA_IP',
  httpPort: 'GATE_CAMERA_PORT',
  rtspPort: 'GATE_CAMERA_RTSP_PORT',
  user: 'GATE_CAMERA_USER',
  password: 'GATE_CAMERA_PASS',
  passwordSecret: 'GATE_CAMERA_PASS_SECRET',
  passwordFile: 'GATE_CAMERA_PASS_FILE',
  homeAfterSeconds: 'GATE_CAMERA_HOME_AFTER_SECONDS',
};

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * All configured cameras, validated whole.
 * @throws Rejected `invalid_request`, one sentence per line for every wrong setting
 */
export function readCameras(env: Environment, readFile: (path: string) => string): Camera[] {
  const path = env.GATE_CAMERAS;
  if (path && env.GATE_CAMERA_IP) throw wrong(['GATE_CAMERA_IP and GATE_CAMERAS exclude each other']);
  return path ? readSeveral(path, readFile) : [readOne(env)];
}

function readOne(env: Environment): Camera {
  const entry: Record<string, unknown> = { id: ONLY_CAMERA_ID };
  for (const [name, variable] of Object.entries(VARIABLES)) {
    if (env[variable]) entry[name] = env[variable];
  }
  const parsed = CameraSettings.safeParse(entry);
  if (parsed.success) return cameraOf(parsed.data);
  throw wrong(
    parsed.error.issues.map((issue) => `${VARIABLES[String(issue.path[0])] ?? 'GATE_CAMERA_*'} ${sentence(issue)}`),
  );
}

function readSeveral(path: string, readFile: (path: string) => string): Camera[] {
  let json: unknown;
  try {
    json = JSON.parse(readFile(path));
  } catch {
    // The parser's own message quotes the text around the mistake, which may be a password.
    throw wrong(['GATE_CAMERAS must name a readable file of valid JSON']);
  }
  const parsed = z
    .array(CameraSettings, 'must be a list of cameras')
    .min(1, 'must name at least one camera')
    .max(MAX_CAMERAS)
    .safeParse(json);
  if (!parsed.success)
    throw wrong(parsed.error.issues.map((issue) => `GATE_CAMERAS${pathOf(issue.path)} ${sentence(issue)}`));
  const cameras = parsed.data.map(cameraOf);
  const doubles = [
    ...doublesOf(
      'id',
      cameras.map(({ id }) => id),
    ),
    ...doublesOf(
      'mac',
      cameras.map(({ mac }) => mac),
    ),
    // One account, one guard: under two ids the same wrong password would go out twice.
    ...doublesOf(
      'user',
      cameras.map(({ host, httpPort, user }) => `${host.toLowerCase()}:${httpPort} ${user}`),
    ),
    ...doublesOf(
      'pushToken',
      cameras.map(({ pushToken }) => pushToken?.reveal()),
    ),
  ];
  if (doubles.length > 0) throw wrong(doubles);
  const alike = camerasPushingAlike(cameras);
  const untold = cameras.flatMap(({ id }, index) =>
    alike.has(id) ? [`GATE_CAMERAS[${index}].mac ${PUSHES_ALIKE}`] : [],
  );
  if (untold.length > 0) throw wrong(untold);
  return cameras;
}

function cameraOf(entry: z.infer<typeof CameraSettings>): Camera {
  const { password, passwordSecret, passwordFile, timeZone, homeAfterSeconds, pushToken, mac, directions, ...rest } =
    entry;
  return {
    ...rest,
    password: passwordSource({ password, passwordSecret, passwordFile }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(homeAfterSeconds === undefined ? {} : { homeAfterSeconds }),
    ...(pushToken === undefined ? {} : { pushToken: new Secret(pushToken) }),
    ...(mac === undefined ? {} : { mac: mac.toLowerCase().replaceAll('-', ':') }),
    ...(directions === undefined ? {} : { directions }),
  };
}

type Passwords = Record<'password' | 'passwordSecret' | 'passwordFile', string | undefined>;

function passwordSource({ password, passwordSecret, passwordFile = '' }: Passwords): PasswordSource {
  if (password !== undefined) return { kind: 'given', secret: new Secret(password) };
  return passwordSecret === undefined
    ? { kind: 'file', path: resolve(passwordFile) }
    : { kind: 'stored', name: passwordSecret };
}

function doublesOf(setting: string, values: (string | undefined)[]): string[] {
  return values.flatMap((value, index) =>
    value !== undefined && values.indexOf(value) < index
      ? [`GATE_CAMERAS[${index}].${setting} is another camera's already`]
      : [],
  );
}

function sentence({ code, message, ...issue }: z.core.$ZodIssue): string {
  if (code === 'unrecognized_keys' && 'keys' in issue)
    return `has no setting ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
  return message;
}

function pathOf(path: PropertyKey[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
}

function wrong(sentences: string[]): Rejected {
  return new Rejected('invalid_request', `could not read the configuration: ${sentences.join('\n')}`);
}
