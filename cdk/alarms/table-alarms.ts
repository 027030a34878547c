import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { TABLE } from '../../shared/store/table.ts';
import type { DataStack } from '../stacks/data.ts';
import type { GateAlarm } from './gate-alarm.ts';

const PERIOD = Duration.minutes(5);

const writeThrottles = (dimensionsMap: Record<string, string>) =>
  new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: 'WriteThrottleEvents',
    dimensionsMap,
    statistic: Stats.SUM,
    period: PERIOD,
  });

/** A throttled index fails the table's write as well (aws.md 3.1), so each is watched. */
export function tableAlarms({ table }: DataStack): GateAlarm[] {
  const throttled = {
    urgency: 'ticket',
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    periods: 1,
    missing: 'fine',
  } as const;
  return [
    {
      title: 'Table throttles writes',
      impact: 'Reads are stored late, since the table takes no more.',
      metric: writeThrottles({ TableName: table.tableName }),
      ...throttled,
    },
    ...TABLE.indexes.map(({ name }) => ({
      title: `Index ${name} throttles writes`,
      impact: 'Reads are stored late: one index holds up the whole table.',
      metric: writeThrottles({ TableName: table.tableName, GlobalSecondaryIndexName: name }),
      ...throttled,
    })),
  ];
}
