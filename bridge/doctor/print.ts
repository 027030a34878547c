// The findings as lines for a person: what was seen, and below it what to change.
import type { DoctorDocument } from './doctor-document.ts';
import type { Finding, Status } from './finding.ts';

const NAME_CHARACTERS = 20;
const STATUS_CHARACTERS = 8;
const INDENT = ' '.repeat(STATUS_CHARACTERS);

/** picocolors, or nothing at all. */
type Paint = Record<'green' | 'yellow' | 'red' | 'dim' | 'bold', (text: string) => string>;

export function findingLines(finding: Finding, paint: Paint, isOneOfMany: boolean): string[] {
  const { status, check, camera, seen, change } = finding;
  const name = (isOneOfMany && camera ? `${camera} ${check}` : check).padEnd(NAME_CHARACTERS);
  const line = `${painted(status, paint)}${name} ${status === 'skipped' ? paint.dim(seen) : seen}`;
  return change === null ? [line] : [line, `${INDENT}${' '.repeat(NAME_CHARACTERS)} → ${change}`];
}

/** What to do first, whatever stands above it on the screen. */
export function summaryLines({ status, first, findings }: DoctorDocument, paint: Paint): string[] {
  if (first === null) return [paint.bold('All that was looked at is well.')];
  const { change = null } =
    findings.find(({ check, camera }) => check === first.check && camera === first.camera) ?? {};
  const where = first.camera ? `${first.check} of camera ${first.camera}` : first.check;
  const what =
    status === 'warn'
      ? `It works; look at ${where}.`
      : `Mend ${where} first; what failed after it may be its consequence.`;
  return [paint.bold(what), ...(change === null ? [] : [`→ ${change}`])];
}

function painted(status: Status, paint: Paint): string {
  const text = status.padEnd(STATUS_CHARACTERS);
  if (status === 'ok') return paint.green(text);
  if (status === 'warn') return paint.yellow(text);
  return status === 'fail' ? paint.red(text) : paint.dim(text);
}
