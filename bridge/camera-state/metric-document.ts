// CloudWatch's embedded metric format: one line of JSON in the log that CloudWatch turns into metrics by itself, so the
// bridge needs no right and no call for them, and an outage of AWS costs none.
import type { MetricDefinition } from '../../shared/metrics/bridge-metrics.ts';
import { METRIC_NAMESPACE } from '../../shared/store/recorder-metrics.ts';

export type MetricLine<Name extends string> = {
  /** Milliseconds since 1970. */
  at: number;
  dimension: { name: string; value: string };
  definitions: Readonly<Record<Name, MetricDefinition>>;
  /** A metric that is null has no value now. */
  values: Readonly<Record<Name, number | null>>;
  /** For searches in the log; no metric is made of them. */
  words?: Readonly<Record<string, string>>;
};

/** The line, without its end. `level` and `event` are those of every other line of the log. */
export function metricDocument<Name extends string>(line: MetricLine<Name>): string {
  const { at, dimension, definitions, values, words } = line;
  const valued = Object.entries<number | null>(values).filter(([, value]) => value !== null && Number.isFinite(value));
  const units = Object.entries<MetricDefinition>(definitions);
  const Metrics = units
    .filter(([name]) => valued.some(([each]) => each === name))
    .map(([Name, { unit }]) => ({ Name, Unit: unit }));
  return JSON.stringify({
    level: 'info',
    event: 'metrics.emitted',
    ...words,
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [[dimension.name]], Metrics }],
    },
    [dimension.name]: dimension.value,
    ...Object.fromEntries(valued),
  });
}
