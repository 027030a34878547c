import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type BridgeMetric, SERVICE_DIMENSION } from '../../shared/metrics/bridge-metrics.ts';
import { METRIC_NAMESPACE } from '../../shared/store/recorder-metrics.ts';
import { cameraMetric } from './camera-metric.ts';
import type { GateAlarm } from './gate-alarm.ts';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
/** AWS takes a read within a second; five minutes are an outage. */
const WAITING_SECONDS = 300;
/** Two questions of the usual pace went unanswered. */
const UNANSWERED_SECONDS = 420;
/** DESIGN.md, camera time: above it lists and matches begin to be wrong by eye. */
const CLOCK_OFFSET_SECONDS = 5;

export const bridgeMetric = (metricName: BridgeMetric, statistic: string, period: Duration) =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [SERVICE_DIMENSION]: 'bridge' },
    statistic,
    period,
  });

const atLeastOne = { comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD, threshold: 1 } as const;
const below = { comparison: ComparisonOperator.LESS_THAN_THRESHOLD, threshold: 1 } as const;

export function bridgeAlarms(): GateAlarm[] {
  return [
    {
      title: 'Bridge silent',
      impact:
        'Nobody listens to the cameras: trucks pass unread until the bridge is back and asks the cameras’ memory.',
      urgency: 'page',
      metric: bridgeMetric('BridgeAlive', Stats.SUM, MINUTE),
      ...below,
      periods: 3,
      missing: 'breaching',
    },
    {
      title: 'Reads wait on the VM',
      impact: 'Reads are safe on the VM’s disk and in no list: operators see the gate as it was.',
      urgency: 'page',
      metric: bridgeMetric('OutboxOldestSeconds', Stats.MAXIMUM, MINUTE),
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: WAITING_SECONDS,
      periods: 3,
      missing: 'fine',
    },
    {
      title: 'Pictures given up',
      impact: 'The VM’s disk was full of reads that AWS did not take: plates are kept, their oldest pictures are gone.',
      urgency: 'ticket',
      metric: bridgeMetric('OutboxDropped', Stats.SUM, FIVE_MINUTES),
      ...atLeastOne,
      periods: 1,
      missing: 'fine',
    },
    {
      title: 'Reads a person must look at',
      impact: 'The VM holds reads that are damaged or that the queue refuses; they are in no list.',
      urgency: 'ticket',
      metric: bridgeMetric('OutboxBad', Stats.MAXIMUM, FIVE_MINUTES),
      ...atLeastOne,
      periods: 1,
      missing: 'fine',
    },
  ];
}

export type WatchedCamera = { id: string; stream: 'on' | 'off' };

export function cameraAlarms({ id, stream }: WatchedCamera): GateAlarm[] {
  return stream === 'on' ? [offline(id), accountShut(id), ...ofStream(id)] : [unreachable(id), accountShut(id)];
}

const NOT_READ = 'This lane is not read: trucks pass without a record until the camera is back.';

function offline(camera: string): GateAlarm {
  return {
    title: 'Camera offline',
    camera,
    impact: NOT_READ,
    urgency: 'page',
    // The best of each minute: a camera that ends its stream every 40 s is still heard in all of them.
    metric: cameraMetric(camera, 'StreamConnected', Stats.MAXIMUM, MINUTE),
    ...below,
    periods: 5,
    missing: 'breaching',
  };
}

/** A camera that only pushes says nothing while no truck comes: that its memory answers is all that shows it alive. */
function unreachable(camera: string): GateAlarm {
  return {
    title: 'Camera offline',
    camera,
    impact: NOT_READ,
    urgency: 'page',
    metric: cameraMetric(camera, 'SweepAgeSeconds', Stats.MINIMUM, MINUTE),
    comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: UNANSWERED_SECONDS,
    periods: 3,
    // One without a memory has no such metric, and of a bridge that is gone its own alarm tells.
    missing: 'fine',
  };
}

function accountShut(camera: string): GateAlarm {
  return {
    title: 'Camera account shut',
    camera,
    impact: 'A login was refused, so all of us stopped logging in: no reads, no lens, no live video of this lane.',
    urgency: 'page',
    metric: cameraMetric(camera, 'GuardShut', Stats.MAXIMUM, MINUTE),
    ...atLeastOne,
    periods: 1,
    missing: 'fine',
  };
}

function ofStream(camera: string): GateAlarm[] {
  return [
    {
      title: 'Lane suspiciously quiet',
      camera,
      impact:
        'The camera is connected and reads nothing at an hour at which trucks come: dirt, a moved lens, ANPR switched off.',
      urgency: 'ticket',
      metric: cameraMetric(camera, 'ReadsSuspiciouslyQuiet', Stats.MINIMUM, FIVE_MINUTES),
      ...atLeastOne,
      periods: 3,
      missing: 'fine',
    },
    {
      title: 'Camera clock wrong',
      camera,
      impact: 'Reads of this lane carry a wrong time, and one vehicle read by both roads may show twice.',
      urgency: 'ticket',
      metric: cameraMetric(camera, 'ClockOffsetSeconds', Stats.MINIMUM, FIVE_MINUTES),
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: CLOCK_OFFSET_SECONDS,
      periods: 3,
      missing: 'fine',
    },
  ];
}
