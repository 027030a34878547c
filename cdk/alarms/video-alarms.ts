import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SERVICE_DIMENSION } from '../../shared/metrics/bridge-metrics.ts';
import { DOOR_SERVICE, type DoorMetric } from '../../shared/metrics/door-metrics.ts';
import { METRIC_NAMESPACE } from '../../shared/store/recorder-metrics.ts';
import { cameraMetric } from './camera-metric.ts';
import type { GateAlarm } from './gate-alarm.ts';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
const FIFTEEN_MINUTES = Duration.minutes(15);
const HOUR = Duration.hours(1);
/** One end is an accident that heals in seconds. */
const RESTARTS = 3;
/** Certificates are renewed a month before they end: half of that is lost then. */
const CERTIFICATE_DAYS = 14;

const atLeast = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
const below = ComparisonOperator.LESS_THAN_THRESHOLD;

export const doorMetric = (metricName: DoorMetric, statistic: string, period: Duration) =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [SERVICE_DIMENSION]: DOOR_SERVICE },
    statistic,
    period,
  });

/** MediaMTX is one for all cameras, and so are its numbers: `anyCamera` tells them as well as another. */
export function videoAlarms(anyCamera: string): GateAlarm[] {
  return [
    {
      title: 'Live video down',
      impact: 'Nobody can watch any lane. Plates are read and stored as ever.',
      urgency: 'page',
      // The best of each minute; a media process that says nothing serves nothing.
      metric: cameraMetric(anyCamera, 'VideoServing', Stats.MAXIMUM, MINUTE),
      comparison: below,
      threshold: 1,
      periods: 5,
      missing: 'breaching',
    },
    {
      title: 'Media server restarts',
      impact: 'MediaMTX ends again and again: each time every viewer loses the picture for some seconds.',
      urgency: 'ticket',
      metric: cameraMetric(anyCamera, 'VideoServerRestarts', Stats.SUM, FIFTEEN_MINUTES),
      comparison: atLeast,
      threshold: RESTARTS,
      periods: 1,
      missing: 'fine',
    },
    {
      title: 'Video door closed',
      impact: 'Browsers cannot reach the live video: the TLS door does not answer by its name with a good certificate.',
      urgency: 'page',
      metric: doorMetric('DoorServing', Stats.MAXIMUM, FIVE_MINUTES),
      comparison: below,
      threshold: 1,
      periods: 3,
      missing: 'breaching',
    },
    {
      title: 'Video certificate ends soon',
      impact: 'The certificate of the video door was not renewed: when it ends, browsers refuse the live video.',
      urgency: 'ticket',
      metric: doorMetric('DoorCertificateDays', Stats.MINIMUM, HOUR),
      comparison: below,
      threshold: CERTIFICATE_DAYS,
      periods: 1,
      missing: 'fine',
    },
  ];
}

export function cameraVideoAlarms(camera: string): GateAlarm[] {
  return [
    {
      title: 'Live video unavailable',
      camera,
      impact: 'Operators asked for this lane’s picture and did not get it; its plates are read as ever.',
      urgency: 'ticket',
      metric: cameraMetric(camera, 'VideoUnavailable', Stats.MINIMUM, FIVE_MINUTES),
      comparison: atLeast,
      threshold: 1,
      periods: 2,
      missing: 'fine',
    },
  ];
}
