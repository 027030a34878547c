import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ApiStack } from '../stacks/api.ts';
import type { GateAlarm } from './gate-alarm.ts';
import { failuresOf } from './ingest-alarms.ts';

const PERIOD = Duration.minutes(5);
/** Below both, a single operator's bad minute would page. */
const MIN_FAILURES = 5;
const MAX_FAILED_SHARE = 0.01;

export function apiAlarms({ api, function: { function: apiFunction } }: ApiStack): GateAlarm[] {
  const once = {
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    periods: 1,
    missing: 'fine',
  } as const;
  return [
    {
      title: 'API fails',
      impact: 'Operators see errors in place of reads, and cannot move the lens.',
      urgency: 'page',
      metric: new MathExpression({
        expression: `IF(failed >= ${MIN_FAILURES} AND failed > ${MAX_FAILED_SHARE} * requests, 1, 0)`,
        label: 'API fails',
        period: PERIOD,
        usingMetrics: {
          failed: api.metricServerError({ statistic: Stats.SUM, period: PERIOD }),
          requests: api.metricCount({ statistic: Stats.SUM, period: PERIOD }),
        },
      }),
      ...once,
    },
    {
      title: 'API function fails',
      impact: 'Single requests of operators get no answer.',
      urgency: 'ticket',
      metric: failuresOf(apiFunction),
      ...once,
    },
  ];
}
