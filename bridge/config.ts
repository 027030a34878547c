// The bridge's settings, from the environment, read once at start; every mistake is one sentence with the setting's name.
import * as z from 'zod';
import { type Camera, type Environment, readCameras } from '../shared/isapi/cameras.ts';
import { mistakesIn, readPart, settingsIn, wrongConfiguration } from './configuration-parts.ts';

const MEBIBYTE = 1024 * 1024;
/** Half a day of a busy lane's pictures. */
const DEFAULT_OUTBOX_MEBIBYTES = 2048;
/** The vendor's own rule for its 10 s heartbeat (developer guide, field notes 1). */
const DEFAULT_DEAD_AFTER_SECONDS = 30;
const DEFAULT_STATE_PORT = 8686;
/** A camera remembers a few hundred plates: hours of a gate. */
export const DEFAULT_REPAIR_EVERY_SECONDS = 180;
/** Above it a number of seconds was meant for milliseconds, or as never; and timers end at 24 days. */
const MAX_DEAD_AFTER_SECONDS = 3_600;
const MIN_SECONDS = 0.1;
const MAX_REPAIR_EVERY_SECONDS = 86_400;
const seconds = (byDefault: number, max: number) =>
  z.coerce
    .number({ error: 'is no number of seconds' })
    .min(MIN_SECONDS, `is no number of seconds from ${MIN_SECONDS} on`)
    .max(max, `is more than ${max} seconds`)
    .default(byDefault);
/** As S3 takes them. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const NO_PORT = 'is no port: 0 to 65535';
const Port = z.coerce.number(NO_PORT).int(NO_PORT).min(0, NO_PORT).max(65_535, NO_PORT);

const Settings = z
  .object({
    GATE_STATE_FOLDER: z.string({ error: 'is missing: the folder for the outbox and the guard' }).min(1),
    GATE_QUEUE_URL: z.url({ protocol: /^https?$/, error: 'is no URL: the detections queue' }),
    GATE_PICTURES_BUCKET: z.string().regex(BUCKET, 'is no bucket name').optional(),
    GATE_TABLE: z.string({ error: 'is missing: the name of the table' }).min(3, 'is no table name'),
    GATE_OUTBOX_MEBIBYTES: z.coerce
      .number({ error: 'is no number of MiB' })
      .positive('is no number of MiB above 0')
      .default(DEFAULT_OUTBOX_MEBIBYTES),
    GATE_STREAM_DEAD_AFTER_SECONDS: seconds(DEFAULT_DEAD_AFTER_SECONDS, MAX_DEAD_AFTER_SECONDS),
    GATE_REPAIR_EVERY_SECONDS: seconds(DEFAULT_REPAIR_EVERY_SECONDS, MAX_REPAIR_EVERY_SECONDS),
    GATE_STREAM: z.enum(['on', 'off'], { error: 'is neither on nor off' }).default('on'),
    GATE_STATE_PORT: Port.default(DEFAULT_STATE_PORT),
    GATE_WEBHOOK_HOST: z.string().default('0.0.0.0'),
    GATE_WEBHOOK_PORT: Port.optional(),
  })
  .refine(({ GATE_STATE_PORT: state, GATE_WEBHOOK_PORT: webhook }) => state === 0 || state !== webhook, {
    error: 'is the port of GET /state already (GATE_STATE_PORT)',
    path: ['GATE_WEBHOOK_PORT'],
  });

export type BridgeConfig = {
  cameras: Camera[];
  stateFolder: string;
  queueUrl: string;
  table: string;
  pictures: { bucket: string } | { folder: string };
  outboxBytes: number;
  deadAfterMs: number;
  /** How often each camera is asked for what it remembers. */
  repairEveryMs: number;
  /** False where every camera pushes and none may be asked for its stream. */
  holdsStreams: boolean;
  /** State and health, on loopback only. */
  statePort: number;
  /** The plain-HTTP webhook on the LAN; null when no camera needs it. */
  webhook: { host: string; port: number } | null;
};

/** Throws Rejected `invalid_request`, one sentence a line. */
export function readBridgeConfig(env: Environment, readFile: (path: string) => string): BridgeConfig {
  const cameras = readPart(() => readCameras(env, readFile));
  const set = settingsIn(env);
  const parsed = Settings.safeParse(set);
  const { GATE_PICTURES_BUCKET: bucket, GATE_PICTURES_FOLDER: folder } = set;
  const isOnePlace = !bucket !== !folder;
  if (!cameras.success || !parsed.success || !isOnePlace) {
    throw wrongConfiguration([
      ...mistakesIn(cameras),
      ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`),
      ...(isOnePlace ? [] : ['exactly one of GATE_PICTURES_BUCKET and GATE_PICTURES_FOLDER must be set']),
    ]);
  }
  const settings = parsed.data;
  const { GATE_WEBHOOK_PORT: port } = settings;
  return {
    cameras: cameras.data,
    stateFolder: settings.GATE_STATE_FOLDER,
    queueUrl: settings.GATE_QUEUE_URL,
    table: settings.GATE_TABLE,
    pictures: bucket ? { bucket } : { folder: folder ?? '' },
    outboxBytes: settings.GATE_OUTBOX_MEBIBYTES * MEBIBYTE,
    deadAfterMs: settings.GATE_STREAM_DEAD_AFTER_SECONDS * 1000,
    repairEveryMs: settings.GATE_REPAIR_EVERY_SECONDS * 1000,
    holdsStreams: settings.GATE_STREAM === 'on',
    statePort: settings.GATE_STATE_PORT,
    webhook: port === undefined ? null : { host: settings.GATE_WEBHOOK_HOST, port },
  };
}
