// Runs the checks in their order, each within its time; what depends on one that failed is not tried.
import type { CameraId } from '../../shared/detection/detection.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import { type CheckName, type Finding, fail, type Outcome, skipped } from './finding.ts';

/** From then on a person wants to know what it waits for. */
const PROGRESS_AFTER_MS = 2_000;

export type Check = {
  check: CheckName;
  camera: CameraId | null;
  /** Checks of the same camera that must not have failed. */
  needs?: readonly CheckName[];
  /** Above what its own requests take: a login must never be given up halfway. */
  limitMs: number;
  /** `passed`: whether an earlier check of this camera did not fail. */
  run(passed: (check: CheckName) => boolean): Promise<Outcome>;
};

type RunChecks = {
  clock: Clock;
  onFinding(finding: Finding): void;
  /** A check has been under way for so long. */
  onSlow(check: Pick<Check, 'check' | 'camera'>): void;
  /** Aborted: the check under way is the last. */
  signal: AbortSignal;
};

export async function runChecks(checks: readonly Check[], deps: RunChecks): Promise<Finding[]> {
  const { clock, onFinding, signal } = deps;
  const findings: Finding[] = [];
  for (const check of checks) {
    const passed = (name: CheckName) =>
      !findings.some((earlier) => earlier.check === name && earlier.camera === check.camera && isBad(earlier));
    const begunAt = clock.now();
    const missing = check.needs?.find((name) => !passed(name));
    const outcome = signal.aborted
      ? skipped('stopped before it')
      : missing !== undefined
        ? skipped(`not tried: ${missing} comes first`)
        : await oneCheck(check, passed, deps);
    const finding = { check: check.check, camera: check.camera, ...outcome, tookMs: clock.now() - begunAt };
    findings.push(finding);
    onFinding(finding);
  }
  return findings;
}

function isBad({ status }: Finding): boolean {
  return status === 'fail' || status === 'skipped';
}

async function oneCheck(check: Check, passed: (name: CheckName) => boolean, deps: RunChecks): Promise<Outcome> {
  const { clock, onSlow } = deps;
  const over = new AbortController();
  const slow = clock.sleep(PROGRESS_AFTER_MS, over.signal).then(() => onSlow(check));
  slow.catch(() => {});
  const late = clock
    .sleep(check.limitMs, over.signal)
    .then(() =>
      fail(`no answer within ${check.limitMs / 1000} s`, 'run doctor again; when it stays so, look at the line'),
    );
  try {
    return await Promise.race([check.run(passed), late]);
  } catch (error) {
    return fail(reasonOf(error), 'this is a fault of doctor itself: send the bundle (--bundle)');
  } finally {
    over.abort();
    late.catch(() => {});
  }
}
