// One call of doctor, from its arguments to its exit code: whatever happens, one document says it.
import { readFileSync } from 'node:fs';
import pc from 'picocolors';
import type { Environment } from '../../shared/isapi/cameras.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { Secret } from '../../shared/support/secret.ts';
import { type Part, readPart } from '../configuration-parts.ts';
import { type Arguments, HELP, readArguments, WrongUsage, wantsJson } from './arguments.ts';
import { becomeOwnerOf } from './as-owner.ts';
import { logTail } from './bundle/log-tail.ts';
import { openBundle } from './bundle/open-bundle.ts';
import { type DoctorConfig, readDoctorConfig } from './config.ts';
import {
  type DoctorDocument,
  doctorDocument,
  documentOf,
  EXIT_CODES,
  unconfigured,
  wronglyCalled,
} from './doctor-document.ts';
import { checksOf, onlyCamera } from './examine.ts';
import { fail } from './finding.ts';
import { type OpenedDoctor, openDoctor } from './open-doctor.ts';
import { findingLines, summaryLines } from './print.ts';
import { runChecks } from './run-checks.ts';
import { confirmOn, type Terminal } from './webhook/terminal.ts';
import { workOnSlot } from './webhook/work-on-slot.ts';

type DoctorCall = {
  args: readonly string[];
  environment: Environment;
  /** Findings, or the one document. */
  out(text: string): void;
  /** What nobody parses. */
  aside(text: string): void;
  /** Where questions are asked. */
  terminal: Terminal;
  /** Aborted by a signal: what is under way is ended, for a login cut short would count as a refused one. */
  stop: AbortController;
  /** Of the program itself, null where it does not know. */
  release: string | null;
  clock: Clock;
  log: Log;
};

/** Never throws. */
export async function runDoctor(call: DoctorCall): Promise<number> {
  const { args, aside, out, clock } = call;
  const isJson = wantsJson(args);
  let document: DoctorDocument;
  try {
    const read = readArguments(args);
    if (read.help) {
      out(HELP);
      return EXIT_CODES.ok;
    }
    document = await obey(read, call);
  } catch (error) {
    if (!isJson) aside(`${reasonOf(error)}\n`);
    const outcome = fail(reasonOf(error), 'this is a fault of doctor itself: tell how it was called');
    const isUsage = error instanceof WrongUsage;
    document = isUsage ? wronglyCalled(error.message, clock) : documentOf({ check: 'doctor', outcome }, clock);
  }
  if (isJson) out(`${JSON.stringify(document, null, 2)}\n`);
  if (document.status === 'interrupted') {
    aside(
      `interrupted: ${document.slot === null ? 'what was not tried is not known to be well' : 'nothing was written'}\n`,
    );
  }
  return EXIT_CODES[document.status];
}

async function obey(args: Arguments, call: DoctorCall): Promise<DoctorDocument> {
  const { environment, release, clock, log } = call;
  const tail = args.bundle?.logs ? await logTail(args.bundle.logs).catch(cannotRead('--logs')) : [];
  const token = args.token === null ? null : tokenIn(args.token);
  const bundle = args.bundle && openBundle(args.bundle);
  const facts = { environment, release, log: tail, clock };
  const read = configOf(args, environment);
  if (!read.success) {
    const document = unconfigured(read.mistakes, clock);
    tell(document, call);
    if (bundle === null) return document;
    return leaving(bundle.file, document, call, () =>
      bundle.write({ ...facts, document, secrets: [], cameras: [], plates: [] }),
    );
  }
  const config = read.data;
  becomeOwnerOf(config.stateFolder);
  const opened = openDoctor(config, { clock, log });
  if (args.setUpWebhook || args.restore) return writeSlot(args, { config, opened }, call);
  const plates = new Set<string>();
  const document = await look(args, { config, opened, token, onPlate: (plate) => void plates.add(plate) }, call);
  if (bundle === null) return document;
  const secrets = [...(await opened.passwords()), ...(token ? [token.reveal()] : [])];
  return leaving(bundle.file, document, call, () =>
    bundle.write({ ...facts, document, secrets, cameras: config.cameras, plates: [...plates] }),
  );
}

/** A bundle that cannot be written is one more finding, and costs none of the others. */
function leaving(bundle: string, document: DoctorDocument, call: DoctorCall, write: () => void): DoctorDocument {
  try {
    write();
    call.aside(`written: ${bundle}; look through it before you send it\n`);
    return document;
  } catch (error) {
    const outcome = fail(`could not write the bundle: ${reasonOf(error)}`, 'is there room? Choose another --bundle');
    const failed = documentOf({ check: 'doctor', outcome }, call.clock);
    tell(failed, call);
    const all = doctorDocument([...document.findings, ...failed.findings], call.clock);
    const isCutShort = document.status === 'unconfigured' || document.status === 'interrupted';
    return isCutShort ? { ...all, status: document.status } : all;
  }
}

function tokenIn(file: string): Secret {
  try {
    return new Secret(readFileSync(file, 'utf8').trim());
  } catch (error) {
    return cannotRead('--token')(error);
  }
}

function cannotRead(option: string) {
  return (cause: unknown): never => {
    throw new WrongUsage(`could not read the file of ${option}: ${reasonOf(cause)}`, { cause });
  };
}

/** @throws WrongUsage for a camera that is not configured */
function configOf({ camera }: Arguments, environment: Environment): Part<DoctorConfig> {
  const read = readPart(() => readDoctorConfig(environment, (path) => readFileSync(path, 'utf8')));
  if (!read.success || camera === null) return read;
  const chosen = onlyCamera(read.data, camera);
  if (chosen.cameras.length > 0) return { success: true, data: chosen };
  const known = read.data.cameras.map(({ id }) => id).join(', ');
  throw new WrongUsage(`could not choose camera ${camera}: there are ${known}`);
}

type Opened = { config: DoctorConfig; opened: OpenedDoctor };

async function look(
  { json, sendsTestRead, watchMs }: Arguments,
  looked: Opened & { token: Secret | null; onPlate: (plate: string) => void },
  { environment, out, aside, stop, clock, log }: DoctorCall,
): Promise<DoctorDocument> {
  const isOneOfMany = looked.config.cameras.length > 1;
  const checks = checksOf({ ...looked, sendsTestRead, watchMs, path: environment.PATH, clock, log });
  const findings = await runChecks(checks, {
    clock,
    onFinding: (finding) => {
      if (!json) out(`${findingLines(finding, pc, isOneOfMany).join('\n')}\n`);
    },
    onSlow: ({ check, camera }) => aside(`        … ${check}${camera ? ` of ${camera}` : ''} takes a moment\n`),
    signal: stop.signal,
  });
  const document = doctorDocument(findings, clock);
  if (!json) out(`\n${summaryLines(document, pc).join('\n')}\n`);
  return stop.signal.aborted ? { ...document, status: 'interrupted' } : document;
}

/** Interrupted before its question is answered, nothing is written; after that, it is written and read back. */
async function writeSlot(args: Arguments, { config, opened }: Opened, call: DoctorCall): Promise<DoctorDocument> {
  const { out, aside, terminal, stop, clock } = call;
  const yes = args.setUpWebhook?.yes ?? args.restore?.yes ?? false;
  const document = await workOnSlot([...opened.cameras.values()], args, {
    say: (line) => (args.json ? aside : out)(`${line}\n`),
    confirm: confirmOn(terminal, { yes, stop }),
    apiUrl: config.apiUrl,
    clock,
  });
  if (document.status !== 'ok') tell(document, call);
  const isLeft = stop.signal.aborted && document.slot?.result === 'declined';
  return isLeft ? { ...document, status: 'interrupted' } : document;
}

function tell({ findings }: DoctorDocument, { args, out }: DoctorCall): void {
  if (wantsJson(args)) return;
  for (const finding of findings) out(`${findingLines(finding, pc, false).join('\n')}\n`);
}
