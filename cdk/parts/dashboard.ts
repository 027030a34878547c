// One screen, its rows in the order of the data: cameras, their memory, bridge, webhook, queue, recorder, table, API; then
// the video, which goes another way.
import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IMetric, type IWidget, Metric, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { bridgeMetric } from '../alarms/bridge-alarms.ts';
import { cameraMetric, type OfCamera } from '../alarms/camera-metric.ts';
import { recorderMetric, webhookMetric } from '../alarms/ingest-alarms.ts';
import { doorMetric } from '../alarms/video-alarms.ts';
import type { ApiStack } from '../stacks/api.ts';
import type { DataStack } from '../stacks/data.ts';
import type { IngestStack } from '../stacks/ingest.ts';

const FULL_WIDTH = 24;
const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);

export type DashboardProps = {
  cameras: readonly string[];
  data: DataStack;
  ingest: IngestStack;
  api: ApiStack;
  showsVideo: boolean;
};

export function dashboardRows({ cameras, data, ingest, api, showsVideo }: DashboardProps): IWidget[][] {
  const ofCameras = (name: OfCamera, statistic: string) =>
    cameras.map((camera) => cameraMetric(camera, name, statistic, MINUTE).with({ label: camera }));
  const { queue, deadLetters, recorder, webhook } = ingest;
  const p95 = { statistic: Stats.percentile(95), period: FIVE_MINUTES };
  return [
    ...row('Cameras', {
      'heard (1) or not (0)': ofCameras('StreamConnected', Stats.MAXIMUM),
      'seconds since the last heartbeat': ofCameras('HeartbeatAgeSeconds', Stats.MAXIMUM),
      'suspiciously quiet': ofCameras('ReadsSuspiciouslyQuiet', Stats.MAXIMUM),
      'account shut': ofCameras('GuardShut', Stats.MAXIMUM),
      'seconds off our clock': ofCameras('ClockOffsetSeconds', Stats.MAXIMUM),
    }),
    ...row('Memory', {
      'reads missing': ofCameras('ReadsMissing', Stats.MAXIMUM),
      'reads recovered': ofCameras('ReadsRecovered', Stats.SUM),
      'reads forgotten': ofCameras('ReadsForgotten', Stats.SUM),
      'seconds since it was asked': ofCameras('SweepAgeSeconds', Stats.MAXIMUM),
    }),
    ...row('Bridge', {
      alive: [bridgeMetric('BridgeAlive', Stats.SUM, MINUTE)],
      'waiting in the outbox': [
        bridgeMetric('OutboxReads', Stats.MAXIMUM, MINUTE),
        bridgeMetric('OutboxPictures', Stats.MAXIMUM, MINUTE),
      ],
      'seconds the oldest waits': [bridgeMetric('OutboxOldestSeconds', Stats.MAXIMUM, MINUTE)],
      'given up or damaged': [
        bridgeMetric('OutboxDropped', Stats.SUM, MINUTE),
        bridgeMetric('OutboxBad', Stats.MAXIMUM, MINUTE),
      ],
    }),
    ...row('Webhook', {
      pushes: [webhook.function.metricInvocations({ period: FIVE_MINUTES })],
      'reads taken': ofCameras('ReadsPushed', Stats.SUM),
      'refused, not queued, without pictures': [
        webhookMetric('PushesRefused', FIVE_MINUTES),
        webhookMetric('PushesNotQueued', FIVE_MINUTES),
        webhookMetric('PushPicturesLost', FIVE_MINUTES),
      ],
      'milliseconds, p95': [webhook.function.metricDuration(p95)],
    }),
    ...row('Queue', {
      waiting: [queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE })],
      'seconds the oldest waits': [queue.metricApproximateAgeOfOldestMessage({ period: MINUTE })],
      'set aside': [deadLetters.metricApproximateNumberOfMessagesVisible({ period: MINUTE })],
    }),
    ...row('Recorder', {
      reads: [
        recorderMetric('DetectionsCreated', FIVE_MINUTES),
        recorderMetric('DetectionsMerged', FIVE_MINUTES),
        recorderMetric('HistoryMatched', FIVE_MINUTES),
      ],
      'failed or set aside': [
        recorderMetric('DetectionsFailed', FIVE_MINUTES),
        recorderMetric('DetectionsPoisoned', FIVE_MINUTES),
      ],
      'milliseconds, p95': [recorder.function.metricDuration(p95)],
    }),
    ...row('Table', {
      'units written and read': [
        tableMetric(data, 'ConsumedWriteCapacityUnits'),
        tableMetric(data, 'ConsumedReadCapacityUnits'),
      ],
      throttled: [tableMetric(data, 'WriteThrottleEvents'), tableMetric(data, 'ReadThrottleEvents')],
    }),
    ...row('API', {
      requests: [api.api.metricCount({ period: FIVE_MINUTES })],
      'refused (4xx) and failed (5xx)': [
        api.api.metricClientError({ period: FIVE_MINUTES }),
        api.api.metricServerError({ period: FIVE_MINUTES }),
      ],
      'milliseconds, p95': [api.api.metricLatency(p95)],
    }),
    ...(showsVideo
      ? row('Video', {
          'served (1) or not (0)': [
            ...ofCameras('VideoServing', Stats.MAXIMUM).slice(0, 1),
            doorMetric('DoorServing', Stats.MAXIMUM, FIVE_MINUTES),
          ],
          viewers: ofCameras('VideoViewers', Stats.MAXIMUM),
          'asked for and not there': ofCameras('VideoUnavailable', Stats.MAXIMUM),
          'bytes sent': ofCameras('VideoBytesSent', Stats.SUM),
        })
      : []),
  ];
}

function row(title: string, graphs: Record<string, IMetric[]>): IWidget[][] {
  const entries = Object.entries(graphs);
  const width = Math.floor(FULL_WIDTH / entries.length);
  return [
    [new TextWidget({ markdown: `## ${title}`, width: FULL_WIDTH, height: 1 })],
    entries.map(([name, left]) => new GraphWidget({ title: name, left, width })),
  ];
}

function tableMetric({ table }: DataStack, metricName: string): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: table.tableName },
    statistic: Stats.SUM,
    period: FIVE_MINUTES,
  });
}
