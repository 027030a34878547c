// `npm run doctor`, and `node doctor.mjs` on the VM with the bridge's settings: what is wrong, and what to change.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pc from 'picocolors';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { Rejected, reasonOf } from '../../shared/support/errors.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { Secret } from '../../shared/support/secret.ts';
import { type Arguments, HELP, readArguments } from './arguments.ts';
import { becomeOwnerOf } from './as-owner.ts';
import { logTail } from './bundle/log-tail.ts';
import { supportBundle } from './bundle/support-bundle.ts';
import { type DoctorConfig, readDoctorConfig } from './config.ts';
import { type DoctorDocument, doctorDocument, EXIT_CODES, unconfigured } from './doctor-document.ts';
import { checksOf, onlyCamera } from './examine.ts';
import { type OpenedDoctor, openDoctor } from './open-doctor.ts';
import { findingLines, summaryLine } from './print.ts';
import { runChecks } from './run-checks.ts';
import { restoreSlot } from './webhook/restore-slot.ts';
import { setUpWebhook } from './webhook/set-up-webhook.ts';
import { confirmOn } from './webhook/terminal.ts';
import { webhookTarget } from './webhook/webhook-target.ts';

const EX_USAGE = 64;
/** 128 + SIGINT: what was not looked at is not well. */
const INTERRUPTED = 130;
const PRIVATE_MODE = 0o600;

// `| head` has read enough; the checks go on, for a login cut short would count.
process.stdout.on('error', () => {});
const say = (line: string) => void process.stdout.write(`${line}\n`);
const sayAside = (line: string) => void process.stderr.write(`${line}\n`);

async function run(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(HELP);
    return EXIT_CODES.ok;
  }
  // Opened as whoever called, which root may be: from the state folder on the doctor is the bridge's user.
  const out = args.bundle ? openSync(args.bundle.file, 'w', PRIVATE_MODE) : null;
  const tail = args.bundle?.logs ? await logTail(args.bundle.logs) : [];
  const token = args.token === null ? null : new Secret(readFileSync(args.token, 'utf8').trim());
  const config = configOf(args);
  if (config instanceof Rejected) {
    const document = unconfigured(config.message, clock);
    tell(document, args);
    if (out !== null) writeBundle(out, { document, tail, secrets: [], cameras: [] }, args);
    return EXIT_CODES.unconfigured;
  }
  becomeOwnerOf(config.stateFolder);
  const opened = openDoctor(config, { clock, log });
  if (args.setUpWebhook || args.restore) return writeSlot(args, config, opened);

  const stop = new AbortController();
  // A login under way is waited for: cut short, it would count as a refused one. A second Ctrl-C ends it all the same.
  process.once('SIGINT', () => stop.abort());
  const document = await examine(args, config, opened, { token, signal: stop.signal });
  if (out !== null) {
    const secrets = [...(await opened.passwords()), ...(token ? [token.reveal()] : [])];
    writeBundle(out, { document, tail, secrets, cameras: config.cameras }, args);
  }
  if (stop.signal.aborted) sayAside('interrupted: what was not tried is not known to be well');
  return stop.signal.aborted ? INTERRUPTED : EXIT_CODES[document.status];
}

function configOf({ camera }: Arguments): DoctorConfig | Rejected {
  try {
    const config = readDoctorConfig(process.env, (path) => readFileSync(path, 'utf8'));
    if (camera === null) return config;
    const one = onlyCamera(config, camera);
    if (one.cameras.length > 0) return one;
    const known = config.cameras.map(({ id }) => id).join(', ');
    return new Rejected('not_found', `there is no camera ${camera}; there are ${known}`);
  } catch (error) {
    if (error instanceof Rejected) return error;
    throw error;
  }
}

async function examine(
  { json, sendsTestRead }: Arguments,
  config: DoctorConfig,
  opened: OpenedDoctor,
  { token, signal }: { token: Secret | null; signal: AbortSignal },
): Promise<DoctorDocument> {
  const isOneOfMany = config.cameras.length > 1;
  const checks = checksOf({ config, opened, token, sendsTestRead, path: process.env.PATH, clock, log });
  const findings = await runChecks(checks, {
    clock,
    onFinding: (finding) => {
      if (!json) for (const line of findingLines(finding, pc, isOneOfMany)) say(line);
    },
    onSlow: ({ check, camera }) => sayAside(`        … ${check}${camera ? ` of ${camera}` : ''} takes a moment`),
    signal,
  });
  const document = doctorDocument(findings, clock);
  if (json) say(JSON.stringify(document, null, 2));
  else say(`\n${summaryLine(document, pc)}`);
  return document;
}

function tell(document: DoctorDocument, { json }: Arguments): void {
  if (json) {
    say(JSON.stringify(document, null, 2));
    return;
  }
  for (const finding of document.findings) for (const line of findingLines(finding, pc, false)) say(line);
}

async function writeSlot(args: Arguments, { cameras, apiUrl }: DoctorConfig, opened: OpenedDoctor): Promise<number> {
  const [camera] = [...opened.cameras.values()];
  if (!camera || cameras.length > 1)
    throw new Rejected('invalid_request', 'could not choose a camera: say --camera <id>');
  const yes = args.setUpWebhook?.yes ?? args.restore?.yes ?? false;
  const confirm = confirmOn({ input: process.stdin, output: process.stderr }, { yes });
  if (args.restore) {
    await restoreSlot(camera, args.restore.file, { say, confirm });
    return EXIT_CODES.ok;
  }
  const { url = null, slot = null, folder = '.' } = args.setUpWebhook ?? {};
  const target = webhookTarget(camera.camera, { url, apiUrl });
  await setUpWebhook(camera, { target, slot }, { say, confirm, folder, clock });
  return EXIT_CODES.ok;
}

type Told = {
  document: DoctorDocument;
  tail: readonly string[];
  secrets: readonly string[];
  cameras: DoctorConfig['cameras'];
};

function writeBundle(out: number, { document, tail, secrets, cameras }: Told, { bundle }: Arguments): void {
  const withAddresses = bundle?.withAddresses ?? false;
  const facts = { document, environment: process.env, cameras, secrets, release: release(), log: tail, withAddresses };
  writeSync(out, supportBundle({ ...facts, clock }));
  closeSync(out);
  sayAside(`written: ${bundle?.file}; look through it before you send it`);
}

/** The bundle of the VM carries its own name beside the program. */
function release(): string | null {
  try {
    return readFileSync(join(dirname(process.argv[1] ?? ''), 'VERSION'), 'utf8').trim();
  } catch {
    return null;
  }
}

run().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    sayAside(reasonOf(error));
    const isUsage = error instanceof Rejected && error.message.startsWith('could not read the command line');
    process.exitCode = isUsage ? EX_USAGE : EXIT_CODES.fail;
  },
);
