// Each alarm can fire: what it watches is emitted by the code that runs when that fault is there, by that very name.

import { readFileSync } from 'node:fs';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeAll, describe, expect, test } from 'vitest';
import { metricDocument } from '../../bridge/camera-state/metric-document.ts';
import { bridgeMetrics, cameraMetrics } from '../../bridge/camera-state/metrics-of.ts';
import { roadAt } from '../../bridge/camera-state/road.fixture.ts';
import { recordBatch } from '../../functions/recorder/record.ts';
import { accept } from '../../functions/webhook/accept.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import {
  BRIDGE_METRICS,
  CAMERA_DIMENSION,
  CAMERA_METRICS,
  SERVICE_DIMENSION,
} from '../../shared/metrics/bridge-metrics.ts';
import { WEBHOOK_METRICS } from '../../shared/metrics/webhook-metrics.ts';
import { aDetection } from '../../shared/store/detection.fixture.ts';
import { METRIC_NAMESPACE } from '../../shared/store/recorder-metrics.ts';
import { isoInstant, systemClock } from '../../shared/support/clock.ts';
import { Broken } from '../../shared/support/errors.ts';
import { type LogFields, silentLog } from '../../shared/support/log.ts';
import { pushSource } from '../../shared/webhook/push-source.ts';
import { synthesised } from '../synthesised.fixture.ts';
import { headingAnchor } from './gate-alarm.ts';

const gate = synthesised();
const alarms = gate.resources('AWS::CloudWatch::Alarm', 'Ops').map(({ Properties }) => Properties);
const named = (title: string) => {
  const found = alarms.find(({ AlarmName }) => String(AlarmName).startsWith(`gate-camera: ${title}`));
  if (!found) throw new Error(`there is no alarm ${title}`);
  return found;
};
const runbook = readFileSync(new URL('../runbook.md', import.meta.url), 'utf8');

/** What CloudWatch gets from a gate at which everything is wrong: metric by its whole name, and its value. */
const emitted = new Map<string, number>();
const wholeName = (namespace: unknown, dimensions: Record<string, unknown>, metric: string) =>
  [namespace, ...Object.entries(dimensions).map(([name, value]) => `${name}=${value}`), metric].join(' ');

function take(document: Record<string, unknown>): void {
  const { CloudWatchMetrics } = Object(document._aws);
  for (const { Namespace, Dimensions, Metrics: metrics } of CloudWatchMetrics) {
    for (const set of Dimensions) {
      const dimensions = Object.fromEntries(set.map((name: string) => [name, document[name]]));
      for (const { Name } of metrics) {
        const value = document[Name];
        emitted.set(wholeName(Namespace, dimensions, Name), Number(Array.isArray(value) ? value[0] : value));
      }
    }
  }
}

function brokenCamera(): Record<string, unknown> {
  const now = systemClock.now();
  const { state, clockOffset, quiet } = roadAt(systemClock, silentLog);
  const suspicious = { status: 'quiet_suspicious' as const, reason: 'no read for 47 min' };
  clockOffset.heard(isoInstant(now - 90_000), now, 'UTC');
  const road = { state, clockOffset, quiet: Object.assign(quiet, { reading: () => suspicious }) };
  const told = { connects: 0, vehiclesWithoutPlate: 0 };
  const values = cameraMetrics({ road, told, isShut: true, startedAt: now, now });
  const dimension = { name: CAMERA_DIMENSION, value: 'gate' };
  return JSON.parse(metricDocument({ at: now, dimension, definitions: CAMERA_METRICS, values }));
}

function cutOffBridge(): Record<string, unknown> {
  const now = systemClock.now();
  const depth = { reads: 9, pictures: 9, oldestAt: isoInstant(now - 600_000), dropped: 3, bad: 1 };
  const dimension = { name: SERVICE_DIMENSION, value: 'bridge' };
  const values = bridgeMetrics(depth, 0, now);
  return JSON.parse(metricDocument({ at: now, dimension, definitions: BRIDGE_METRICS, values }));
}

async function failingRecorder(): Promise<Record<string, unknown>> {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: 'recorder' });
  const Records = [{ messageId: '1', body: JSON.stringify(aDetection()) }];
  const store = { record: () => Promise.reject(new Broken('internal', 'could not store: the table is away')) };
  await recordBatch({ Records } as Parameters<typeof recordBatch>[0], {
    store,
    deadLetter: async () => {},
    count: (metric) => metrics.addMetric(metric, 'Count', 1),
    log: silentLog,
  });
  return JSON.parse(JSON.stringify(metrics.serializeMetrics()));
}

/** The events of its log, which the metric filters count. */
async function failingWebhook(): Promise<string[]> {
  const events: string[] = [];
  const note = (event: string, _?: LogFields) => void events.push(event);
  const away = () => Promise.reject(new Broken('internal', 'could not send: it is away'));
  const body = readFileSync(new URL('../../test/samples/webhook_7series_composite.http', import.meta.url));
  const push = (sourceIp: string) =>
    accept(
      {
        rawPath: '/api/gate/anpr-event/',
        headers: {},
        isBase64Encoded: true,
        body: body.toString('base64'),
        requestContext: { http: { sourceIp } },
      } as unknown as APIGatewayProxyEventV2,
      {
        source: pushSource([{ id: CameraIdSchema.parse('gate'), pushFrom: ['192.0.2.10'] }]),
        pictures: { put: away, url: away },
        queue: { send: away },
        clock: systemClock,
        log: { info: note, warn: note, error: note },
      },
    );
  await push('192.0.2.99');
  await push('192.0.2.10');
  return events;
}

beforeAll(async () => {
  take(brokenCamera());
  take(cutOffBridge());
  take(await failingRecorder());
  const events = await failingWebhook();
  for (const filter of gate.resources('AWS::Logs::MetricFilter')) {
    const [transformation] = Object(filter.Properties.MetricTransformations);
    const count = events.filter((event) => filter.Properties.FilterPattern === `{ $.message = "${event}" }`).length;
    // CloudWatch sums what the filter counts: one push stands here for the many of an alarm's period.
    const { MetricNamespace, MetricName } = transformation;
    if (count > 0) emitted.set(wholeName(MetricNamespace, {}, MetricName), Number.POSITIVE_INFINITY);
  }
});

const breaches: Record<string, (value: number, threshold: number) => boolean> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};
const ours = alarms.filter(({ Namespace }) => Namespace === METRIC_NAMESPACE);
const dimensionsOf = (alarm: Record<string, unknown>) => {
  const list = Array.isArray(alarm.Dimensions) ? alarm.Dimensions : [];
  return Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));
};

describe('when everything is wrong at the gate', () => {
  const firing = ours.filter(({ MetricName }) => MetricName !== 'BridgeAlive');

  test.each(firing.map((alarm) => [String(alarm.AlarmName), alarm] as const))('%s', (_, alarm) => {
    const value = emitted.get(wholeName(alarm.Namespace, dimensionsOf(alarm), String(alarm.MetricName)));
    expect(value, 'nothing emits this metric').toBeDefined();
    expect(breaches[String(alarm.ComparisonOperator)]?.(value ?? Number.NaN, Number(alarm.Threshold))).toBe(true);
  });

  test('a bridge that says nothing at all is the alarm, not “no data”', () => {
    const silent = named('Bridge silent');
    expect(silent).toMatchObject({ TreatMissingData: 'breaching', EvaluationPeriods: 3, Period: 60 });
    expect(emitted.get(wholeName(METRIC_NAMESPACE, { service: 'bridge' }, 'BridgeAlive'))).toBe(1);
    expect(named('Camera offline: gate').TreatMissingData).toBe('breaching');
  });

  test('the webhook’s events are counted by the names that it logs', () => {
    expect(gate.resources('AWS::Logs::MetricFilter')).toHaveLength(Object.keys(WEBHOOK_METRICS).length);
  });
});

describe('what AWS counts by itself', () => {
  test.each([
    ['Reads set aside', { Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1 }],
    ['Reads arrive late', { Namespace: 'AWS/SQS', MetricName: 'ApproximateAgeOfOldestMessage', Threshold: 60 }],
    ['Table throttles writes', { Namespace: 'AWS/DynamoDB', MetricName: 'WriteThrottleEvents', Threshold: 1 }],
    ['Index gsi1 throttles writes', { Namespace: 'AWS/DynamoDB', MetricName: 'WriteThrottleEvents' }],
    ['Index gsi2 throttles writes', { Namespace: 'AWS/DynamoDB', MetricName: 'WriteThrottleEvents' }],
  ])('%s', (title, expected) => {
    expect(named(title)).toMatchObject(expected);
  });

  test('the dead letters are watched, not the queue itself', () => {
    expect(JSON.stringify(named('Reads set aside').Dimensions)).toContain('DeadLetters');
    expect(JSON.stringify(named('Reads arrive late').Dimensions)).toContain('Detections');
  });

  test.each([
    ['Recorder fails', ['Errors', 'Throttles']],
    ['Webhook fails', ['Errors', 'Throttles']],
    ['API function fails', ['Errors', 'Throttles']],
    ['API fails', ['5xx', 'Count']],
  ])('%s', (title, metrics) => {
    const { Metrics: parts } = named(title);
    const names = Array.isArray(parts) ? parts.flatMap(({ MetricStat }) => MetricStat?.Metric?.MetricName ?? []) : [];
    expect(names.sort()).toEqual(metrics);
  });
});

describe('an alarm', () => {
  test.each(alarms.map((alarm) => [String(alarm.AlarmName), alarm] as const))(
    '%s says what it means and what to do',
    (_, alarm) => {
      const said = String(alarm.AlarmDescription);
      expect(said).toMatch(/^(PAGE|TICKET)\. .{30,}\. What to do: cdk\/runbook\.md#[a-z0-9-]+$/);
      const [, anchor = ''] = said.split('#');
      const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => headingAnchor(heading));
      expect(headings).toContain(anchor);
      expect(alarm.AlarmActions).toEqual([expect.objectContaining({ Ref: expect.stringContaining('Alarms') })]);
    },
  );

  test('that pages is one for which somebody gets up', () => {
    const pages = alarms.filter(({ AlarmDescription }) => String(AlarmDescription).startsWith('PAGE'));
    expect(pages.map(({ AlarmName }) => String(AlarmName).replace('gate-camera: ', '')).sort()).toEqual([
      'API fails',
      'Bridge silent',
      'Camera account shut: gate',
      'Camera offline: gate',
      'Pushes not taken',
      'Reads arrive late',
      'Reads set aside',
      'Reads wait on the VM',
    ]);
  });

  test('reaches the address of the configuration', () => {
    expect(gate.resources('AWS::SNS::Subscription')[0]?.Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'gate-ops@example.com',
    });
  });
});

test('the runbook has no heading that no alarm leads to, but for its table', () => {
  const anchors = new Set(alarms.map(({ AlarmDescription }) => String(AlarmDescription).split('#')[1]));
  const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
  expect(headings.filter((heading) => !anchors.has(headingAnchor(heading)))).toEqual(['Troubleshooting']);
});

test('the dashboard shows the gate in the order of the data', () => {
  const [dashboard] = gate.resources('AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard?.Properties.DashboardBody);
  const rows = [...body.matchAll(/## (\w+)/g)].map(([, title]) => title);
  expect(rows).toEqual(['Cameras', 'Bridge', 'Webhook', 'Queue', 'Recorder', 'Table', 'API']);
});

test('the deployment says what a gate costs a month', () => {
  expect(String(gate.template('Ops').Outputs.MonthlyCost?.Value)).toMatch(
    /^about USD \d+\.\d\d a month and gate at 1000 reads/,
  );
});
