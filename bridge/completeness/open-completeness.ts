// The proof that nothing is missed: every camera's account, and its metrics as lines of the log.
import type { CameraId } from '../../shared/detection/detection.ts';
import { CAMERA_DIMENSION } from '../../shared/metrics/bridge-metrics.ts';
import { COMPLETENESS_METRICS } from '../../shared/metrics/completeness-metrics.ts';
import type { RememberedRow } from '../../shared/store/completeness-rows.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { metricDocument } from '../camera-state/metric-document.ts';
import type { Repair } from '../repair/repair.ts';
import type { RepairView } from '../repair/repair-view.ts';
import { type CameraAccount, type KeepAccount, keepAccount } from './keep-account.ts';
import { type CompletenessCounts, completenessMetrics, countsOf } from './metrics-of.ts';

const EMIT_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

export type OpenCompleteness = Omit<KeepAccount, 'camera' | 'view' | 'aheadMs'> & {
  cameras: readonly CameraId[];
  /** Cameras without one have no account. */
  repairOf: (camera: CameraId) => Pick<Repair, 'view'> | undefined;
  aheadMsOf: (camera: CameraId) => number | null;
  /** Writes one line to the log. */
  print: (line: string) => void;
};

export type CompletenessProof = {
  /** As `CameraAccount.swept`: what a look through that camera's memory saw, known rows too. Returns at once. */
  swept(camera: CameraId, rows: readonly RememberedRow[], isWhole: boolean): void;
  /** Resolves when the signal has ended it. */
  done: Promise<void>;
};

export function openCompleteness(deps: OpenCompleteness): CompletenessProof {
  const { cameras, repairOf, aheadMsOf, clock, signal } = deps;
  const accounts = new Map<CameraId, CameraAccount>();
  const emitters: (() => void)[] = [];
  for (const camera of cameras) {
    const repair = repairOf(camera);
    if (repair === undefined) continue;
    const { view } = repair;
    const account = keepAccount({ ...deps, camera, view, aheadMs: () => aheadMsOf(camera) });
    accounts.set(camera, account);
    emitters.push(emitter({ ...deps, camera, account, view }));
  }

  async function emit(): Promise<void> {
    while (!signal.aborted) {
      for (const look of emitters) look();
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    }
  }

  const emitted = emit();
  return {
    swept: (camera, rows, isWhole) => accounts.get(camera)?.swept(rows, isWhole),
    done: Promise.all([emitted, ...[...accounts.values()].map(({ done }) => done)]).then(() => {}),
  };
}

type Emitting = Pick<OpenCompleteness, 'print'> & {
  camera: CameraId;
  account: Pick<CameraAccount, 'missing' | 'forgotten'>;
  view: () => RepairView;
  clock: Pick<Clock, 'now'>;
};

/** Once a minute, and at once when what is missing changes. */
function emitter({ camera, account, view, print, clock }: Emitting): () => void {
  const startedAt = clock.now();
  const dimension = { name: CAMERA_DIMENSION, value: camera };
  let told: CompletenessCounts = { recovered: 0, forgotten: 0 };
  let toldMissing: number | null = null;
  let emittedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.now();
    const missing = account.missing();
    // A clock that was set, either way, must not stop the lines.
    const isDue = Math.abs(now - emittedAt) >= EMIT_EVERY_MS;
    if (!isDue && missing === toldMissing) return;
    const seen = view();
    const counts = countsOf(seen, account);
    const values = completenessMetrics({ view: seen, missing, counts, told, startedAt, now });
    print(metricDocument({ at: now, dimension, definitions: COMPLETENESS_METRICS, values }));
    [told, toldMissing, emittedAt] = [counts, missing, now];
  };
}
