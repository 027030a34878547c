import { expect, test } from 'vitest';
import type { MetricDefinition } from '../../shared/metrics/bridge-metrics.ts';
import { metricDocument } from './metric-document.ts';

const definitions = {
  StreamConnected: { unit: 'Count', meaning: '' },
  HeartbeatAgeSeconds: { unit: 'Seconds', meaning: '' },
} as const satisfies Record<string, MetricDefinition>;
const line = {
  at: Date.UTC(2026, 10, 22, 10),
  dimension: { name: 'Camera', value: 'gate' },
  definitions,
};

test('a line is what CloudWatch takes for metrics, and like any other line of the log', () => {
  const values = { StreamConnected: 0, HeartbeatAgeSeconds: 31.5 };
  const text = metricDocument({ ...line, values, words: { stream: 'silent' } });
  expect(text).not.toContain('\n');
  expect(JSON.parse(text)).toEqual({
    level: 'info',
    event: 'metrics.emitted',
    stream: 'silent',
    _aws: {
      Timestamp: 1_795_341_600_000,
      CloudWatchMetrics: [
        {
          Namespace: 'GateCamera',
          Dimensions: [['Camera']],
          Metrics: [
            { Name: 'StreamConnected', Unit: 'Count' },
            { Name: 'HeartbeatAgeSeconds', Unit: 'Seconds' },
          ],
        },
      ],
    },
    Camera: 'gate',
    StreamConnected: 0,
    HeartbeatAgeSeconds: 31.5,
  });
});

test.each([null, Number.NaN, Number.POSITIVE_INFINITY])('a metric that is %s is neither named nor told', (nothing) => {
  const document = JSON.parse(
    metricDocument({ ...line, values: { StreamConnected: 1, HeartbeatAgeSeconds: nothing } }),
  );
  expect(document._aws.CloudWatchMetrics[0].Metrics).toEqual([{ Name: 'StreamConnected', Unit: 'Count' }]);
  expect(document).not.toHaveProperty('HeartbeatAgeSeconds');
});
