// Each alarm can fire: what it watches is emitted by the code that runs when that fault is there, by that very name.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_REPAIR_EVERY_SECONDS } from '../../bridge/config.ts';
import { CAMERA_METRICS } from '../../shared/metrics/bridge-metrics.ts';
import { WEBHOOK_METRICS } from '../../shared/metrics/webhook-metrics.ts';
import { METRIC_NAMESPACE } from '../../shared/store/recorder-metrics.ts';
import { exampleConfig, synthesise, synthesised } from '../synthesised.fixture.ts';
import { brokenGate } from './broken-gate.fixture.ts';
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

beforeAll(async () => {
  const { documents, webhookEvents } = await brokenGate();
  for (const document of documents) take(document);
  for (const filter of gate.resources('AWS::Logs::MetricFilter')) {
    const [transformation] = Object(filter.Properties.MetricTransformations);
    const count = webhookEvents.filter(
      (event) => filter.Properties.FilterPattern === `{ $.message = "${event}" }`,
    ).length;
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
  // Of a bridge that is dead, and of a door that is open.
  const others = ['BridgeAlive', 'DoorCertificateDays'];
  const firing = ours.filter(({ MetricName }) => !others.includes(String(MetricName)));

  test.each(firing.map((alarm) => [String(alarm.AlarmName), alarm] as const))('%s', (_, alarm) => {
    const value = emitted.get(wholeName(alarm.Namespace, dimensionsOf(alarm), String(alarm.MetricName)));
    expect(value, 'nothing emits this metric').toBeDefined();
    expect(breaches[String(alarm.ComparisonOperator)]?.(value ?? Number.NaN, Number(alarm.Threshold))).toBe(true);
  });

  test('a bridge that says nothing at all is the alarm, not “no data”', () => {
    const silent = named('Bridge silent');
    expect(silent).toMatchObject({ TreatMissingData: 'breaching', EvaluationPeriods: 3, Period: 60 });
    expect(emitted.get(wholeName(METRIC_NAMESPACE, { service: 'bridge' }, 'BridgeAlive'))).toBe(1);
    for (const title of ['Camera offline: gate', 'Live video down', 'Video door closed'])
      expect(named(title).TreatMissingData).toBe('breaching');
  });

  test('the webhook’s events are counted by the names that it logs', () => {
    const counted = gate
      .resources('AWS::Logs::MetricFilter')
      .filter(({ Properties }) => Object(Properties.MetricTransformations)[0].MetricValue === '1');
    expect(counted).toHaveLength(Object.keys(WEBHOOK_METRICS).length);
  });
});

describe('a camera that only pushes', () => {
  const [camera] = exampleConfig().cameras;
  const pushing = synthesise(exampleConfig({ cameras: [{ ...camera, stream: 'off' }] }))
    .resources('AWS::CloudWatch::Alarm', 'Ops')
    .map(({ Properties }) => Properties)
    .filter(({ AlarmName }) => String(AlarmName).endsWith(': gate'));

  test('has no alarm of a stream that nobody holds, for it would page for ever', () => {
    const streams = Object.keys(CAMERA_METRICS).filter((metric) => metric !== 'GuardShut');
    expect(pushing.map(({ MetricName }) => MetricName).filter((name) => streams.includes(String(name)))).toEqual([]);
  });

  test('is offline when its memory answers no more', () => {
    const offline = pushing.find(({ AlarmName }) => String(AlarmName).includes('Camera offline'));
    expect(offline).toMatchObject({ MetricName: 'SweepAgeSeconds', TreatMissingData: 'notBreaching' });
    const value = emitted.get(wholeName(METRIC_NAMESPACE, { Camera: 'gate' }, 'SweepAgeSeconds'));
    expect(value).toBeGreaterThan(Number(offline?.Threshold));
    expect(Number(offline?.Threshold)).toBeGreaterThan(2 * DEFAULT_REPAIR_EVERY_SECONDS);
    expect(String(offline?.AlarmDescription)).toMatch(/^PAGE/);
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
      'Live video down',
      'Pushes not taken',
      'Reads arrive late',
      'Reads missing: gate',
      'Reads set aside',
      'Reads wait on the VM',
      'Video door closed',
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
  expect(rows).toEqual(['Cameras', 'Memory', 'Bridge', 'Webhook', 'Queue', 'Recorder', 'Table', 'API', 'Video']);
});

test('the deployment says what a gate costs a month', () => {
  expect(String(gate.template('Ops').Outputs.MonthlyCost?.Value)).toMatch(
    /^about USD \d+\.\d\d a month and gate at 1000 reads/,
  );
});
