// The doctor's one document: for `--json`, for the support bundle, for whoever counts.
import * as z from 'zod';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import { CheckNameSchema, type Finding, FindingSchema, fail, type Status } from './finding.ts';

/** 2: not even the configuration can be read, so nothing was looked at. */
export const EXIT_CODES = { ok: 0, warn: 0, fail: 1, unconfigured: 2 } as const;

export const DoctorDocumentSchema = z.object({
  version: z.literal(1),
  at: z.iso.datetime({ precision: 3 }),
  /** The worst of the findings. */
  status: z.enum(['ok', 'warn', 'fail', 'unconfigured']),
  /** What to mend first; null when nothing is to be. */
  first: z.object({ check: CheckNameSchema, camera: CameraIdSchema.nullable() }).nullable(),
  findings: z.array(FindingSchema),
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
  };
}

/** `reason`: why the configuration could not be read. */
export function unconfigured(reason: string, clock: Clock): DoctorDocument {
  const outcome = fail(
    reason.replace(/^could not read the configuration: /, ''),
    'set GATE_CAMERA_IP, _PORT, _USER and _PASS (README, Settings), then run doctor again',
  );
  const finding: Finding = { check: 'configuration', camera: null, ...outcome, tookMs: 0 };
  return { ...doctorDocument([finding], clock), status: 'unconfigured' };
}
