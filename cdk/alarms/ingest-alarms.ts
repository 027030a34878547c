import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { WebhookMetric } from '../../shared/metrics/webhook-metrics.ts';
import { METRIC_NAMESPACE, type RecorderMetric } from '../../shared/store/recorder-metrics.ts';
import type { IngestStack } from '../stacks/ingest.ts';
import type { GateAlarm } from './gate-alarm.ts';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
const TEN_MINUTES = Duration.minutes(10);
/** A read is on screen within a second; a minute's wait is something else. */
const LAGS_AFTER_SECONDS = 60;
/** A camera with a wrong address tries every few seconds; a stranger's scan knocks a few times a day. */
const REFUSED_PUSHES = 20;

export const webhookMetric = (name: WebhookMetric, period: Duration) =>
  new Metric({ namespace: METRIC_NAMESPACE, metricName: name, statistic: Stats.SUM, period });
/** By the recorder's own dimension: Powertools calls the service so. */
export const recorderMetric = (name: RecorderMetric, period: Duration) =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { service: 'recorder' },
    statistic: Stats.SUM,
    period,
  });
export const failuresOf = (failing: IFunction) =>
  new MathExpression({
    expression: 'errors + throttles',
    label: 'errors and throttles',
    period: FIVE_MINUTES,
    usingMetrics: {
      errors: failing.metricErrors({ period: FIVE_MINUTES }),
      throttles: failing.metricThrottles({ period: FIVE_MINUTES }),
    },
  });

export function ingestAlarms({ queue, deadLetters, recorder, webhook }: IngestStack): GateAlarm[] {
  const any = { comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD, threshold: 1, periods: 1 } as const;
  return [
    {
      title: 'Reads set aside',
      impact: 'Plates wait in the dead-letter queue and are in no list; after 14 days they are gone.',
      urgency: 'page',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: MINUTE }),
      ...any,
      missing: 'fine',
    },
    {
      title: 'Reads arrive late',
      impact: 'Operators do not see trucks that already stand at the gate; nothing is lost yet.',
      urgency: 'page',
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: MINUTE }),
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: LAGS_AFTER_SECONDS,
      periods: 3,
      missing: 'fine',
    },
    {
      title: 'Reads not stored',
      impact: 'The table refused reads; the queue brings them again for half an hour, then they are set aside.',
      urgency: 'ticket',
      metric: recorderMetric('DetectionsFailed', FIVE_MINUTES),
      ...any,
      missing: 'fine',
    },
    {
      title: 'Recorder fails',
      impact: 'Reads stay in the queue while the recorder breaks off or is throttled.',
      urgency: 'ticket',
      metric: failuresOf(recorder.function),
      ...any,
      missing: 'fine',
    },
    {
      title: 'Webhook fails',
      impact: 'Cameras that push get no answer and may give a read up.',
      urgency: 'ticket',
      metric: failuresOf(webhook.function),
      ...any,
      missing: 'fine',
    },
    {
      title: 'Pushes not taken',
      impact: 'The queue did not take what a camera pushed; the camera was told to come again and may not.',
      urgency: 'page',
      metric: webhookMetric('PushesNotQueued', FIVE_MINUTES),
      ...any,
      missing: 'fine',
    },
    {
      title: 'Pushes refused',
      impact:
        'A camera pushes from an address or with a token we do not know, so its reads are refused; or a stranger knocks.',
      urgency: 'ticket',
      metric: webhookMetric('PushesRefused', TEN_MINUTES),
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: REFUSED_PUSHES,
      periods: 1,
      missing: 'fine',
    },
    {
      title: 'Pushed pictures lost',
      impact: 'Reads that were pushed are stored without some of their pictures.',
      urgency: 'ticket',
      metric: webhookMetric('PushPicturesLost', FIVE_MINUTES),
      ...any,
      missing: 'fine',
    },
  ];
}
