// What is sent to whoever helps: one JSON document with the findings, the versions, the settings and the end of the log.
import type { Camera, Environment } from '../../../shared/isapi/cameras.ts';
import { type Clock, isoInstant } from '../../../shared/support/clock.ts';
import type { DoctorDocument } from '../doctor-document.ts';
import { platesIn, redactedLine } from './redact-log.ts';
import { HIDDEN, type Redactor, redactor } from './redactor.ts';

const OUR_SETTINGS = /^(GATE_|MEDIAMTX_|NODE_|AWS_(DEFAULT_)?REGION$|AWS_ENDPOINT_URL)/;
const SECRET_SETTING = /PASS|SECRET|TOKEN|KEY/;

export type BundleFacts = {
  document: DoctorDocument;
  environment: Environment;
  /** Empty where the configuration could not be read. */
  cameras: readonly Camera[];
  /** Passwords and tokens as they are, beside those of the environment. */
  secrets: readonly string[];
  /** That were seen on the way, in any form. */
  plates: readonly string[];
  /** Of this program; null where it does not know its own. */
  release: string | null;
  log: readonly string[];
  withAddresses: boolean;
  clock: Clock;
};

export function supportBundle(facts: BundleFacts): string {
  const { document, environment, cameras, secrets, plates, release, log, withAddresses, clock } = facts;
  const redact = redactor({
    secrets: [...secrets, ...secretsIn(environment)],
    cameras: hostsOf(cameras, environment),
    plates: [...plates, ...log.flatMap(platesIn)],
    withAddresses,
  });
  const bundle = {
    version: 1,
    at: isoInstant(clock.now()),
    gateCamera: release,
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    withAddresses,
    doctor: { ...document, findings: document.findings.map((finding) => withoutSecrets(finding, redact)) },
    settings: settingsOf(environment, redact),
    cameras: cameras.map((camera) => withoutSecrets(describe(camera), redact)),
    log: log.map((line) => redactedLine(line, redact)),
  };
  return `${JSON.stringify(bundle, null, 1)}\n`;
}

/** Also where the configuration could not be read: what it holds is a secret all the same. */
function secretsIn(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value = '']) => (SECRET_SETTING.test(name) ? [value] : []));
}

function hostsOf(cameras: readonly Camera[], { GATE_CAMERA_IP }: Environment): { id: string; host: string }[] {
  if (cameras.length > 0) return cameras.map(({ id, host }) => ({ id, host }));
  return GATE_CAMERA_IP ? [{ id: 'gate', host: GATE_CAMERA_IP }] : [];
}

function settingsOf(environment: Environment, redact: Redactor): Record<string, string> {
  const ours = Object.entries(environment).filter(([name]) => OUR_SETTINGS.test(name));
  return Object.fromEntries(
    ours.map(([name, value = '']) => [name, SECRET_SETTING.test(name) ? HIDDEN : redact.own(value)]),
  );
}

/** Without the password's value or place, and without the push token. */
function describe({ id, host, httpPort, rtspPort, password, pushToken, pushFrom, timeZone, allowBasic }: Camera) {
  return {
    id,
    host,
    httpPort,
    rtspPort,
    password: password.kind,
    pushFrom: pushFrom.join(', '),
    pushes: pushToken === undefined ? 'without token' : 'with token',
    timeZone: timeZone ?? null,
    allowBasic,
  };
}

function withoutSecrets(record: object, redact: Redactor): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, typeof value === 'string' ? redact.own(value) : value]),
  );
}
