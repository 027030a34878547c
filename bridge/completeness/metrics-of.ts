import type { CompletenessMetric } from '../../shared/metrics/completeness-metrics.ts';
import type { RepairView } from '../repair/repair-view.ts';
import type { CameraAccount } from './keep-account.ts';

/** What only grows, as the line before told it. */
export type CompletenessCounts = { recovered: number; forgotten: number };

export function countsOf(
  { recovered }: Pick<RepairView, 'recovered'>,
  account: Pick<CameraAccount, 'forgotten'>,
): CompletenessCounts {
  return { recovered, forgotten: account.forgotten() };
}

export type CompletenessMoment = {
  view: Pick<RepairView, 'supported' | 'lastSweepAt'>;
  missing: number | null;
  counts: CompletenessCounts;
  told: CompletenessCounts;
  startedAt: number;
  now: number;
};

export function completenessMetrics(moment: CompletenessMoment): Record<CompletenessMetric, number | null> {
  const { view, missing, counts, told, startedAt, now } = moment;
  const { supported, lastSweepAt } = view;
  const sweptAt = lastSweepAt === null ? startedAt : Date.parse(lastSweepAt);
  return {
    ReadsMissing: missing,
    ReadsRecovered: counts.recovered - told.recovered,
    ReadsForgotten: counts.forgotten - told.forgotten,
    MemorySupported: supported === null ? null : Number(supported),
    // A clock that was set back makes nothing younger than new.
    SweepAgeSeconds: supported === false ? null : Math.max(0, now - sweptAt) / 1000,
  };
}
