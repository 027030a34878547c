// The doctor's one document: for `--json`, for the support bundle, for whoever counts.
import * as z from 'zod';
import { type CameraId, CameraIdSchema } from '../../shared/detection/detection.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import {
  type CheckName,
  CheckNameSchema,
  type Finding,
  FindingSchema,
  fail,
  type Outcome,
  type Status,
} from './finding.ts';

/**
 * By a document's status. `unconfigured`: not even the configuration can be read, so nothing was looked at; `usage`: the
 * command line cannot be obeyed (sysexits' EX_USAGE); `interrupted`: 128 + SIGINT, for what was not looked at is not well.
 */
export const EXIT_CODES = { ok: 0, warn: 0, fail: 1, unconfigured: 2, usage: 64, interrupted: 130 } as const;

/** What became of the camera's slot; texts as they are shown, without a token. */
const SlotSchema = z.object({
  camera: CameraIdSchema,
  result: z.enum(['written', 'restored', 'unchanged', 'declined']),
  before: z.string(),
  after: z.string(),
  /** Where the slot as it was is kept, for `--restore`. */
  file: z.string().nullable(),
});

export const DoctorDocumentSchema = z.object({
  version: z.literal(1),
  at: z.iso.datetime({ precision: 3 }),
  /** The worst of the findings, or why there are not more of them. */
  status: z.enum(['ok', 'warn', 'fail', 'unconfigured', 'usage', 'interrupted']),
  /** What to mend first; null when nothing is to be. */
  first: z.object({ check: CheckNameSchema, camera: CameraIdSchema.nullable() }).nullable(),
  findings: z.array(FindingSchema),
  /** Only of `--set-up-webhook` and `--restore`, once the slot was read. */
  slot: SlotSchema.nullable(),
});
export type DoctorDocument = z.infer<typeof DoctorDocumentSchema>;

export function doctorDocument(findings: readonly Finding[], clock: Clock): DoctorDocument {
  const firstOf = (status: Status) => findings.find((finding) => finding.status === status);
  const first = firstOf('fail') ?? firstOf('warn');
  return {
    version: 1,
    at: isoInstant(clock.now()),
    status: first === undefined ? 'ok' : first.status === 'fail' ? 'fail' : 'warn',
    first: first === undefined ? null : { check: first.check, camera: first.camera },
    findings: [...findings],
    slot: null,
  };
}

type About = { check: CheckName; camera?: CameraId | null; outcome: Outcome };

/** A document of one finding: where no check was run. */
export function documentOf({ check, camera = null, outcome }: About, clock: Clock): DoctorDocument {
  return doctorDocument([{ check, camera, ...outcome, tookMs: 0 }], clock);
}

/** `mistakes`: why the configuration could not be read, a sentence each. */
export function unconfigured(mistakes: readonly string[], clock: Clock): DoctorDocument {
  const outcome = fail(
    mistakes.join('; '),
    'set GATE_CAMERA_IP, _PORT, _USER and _PASS (README, Settings), then run doctor again',
  );
  return { ...documentOf({ check: 'configuration', outcome }, clock), status: 'unconfigured' };
}

/** `reason`: why the command line could not be obeyed. */
export function wronglyCalled(reason: string, clock: Clock): DoctorDocument {
  const outcome = fail(reason, 'npm run doctor -- --help names every option');
  return { ...documentOf({ check: 'command-line', outcome }, clock), status: 'usage' };
}
