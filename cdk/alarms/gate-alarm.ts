import type { ComparisonOperator, IMetric } from 'aws-cdk-lib/aws-cloudwatch';

/** One thing that can be wrong at the gate, and how it shows. */
export type GateAlarm = {
  /** Heading in runbook.md, and the alarm's name behind the deployment's. */
  title: string;
  /** The camera it is about; absent: the whole gate. */
  camera?: string;
  /** What it means for the gate, in a sentence. */
  impact: string;
  /** `page`: now, at night as well. `ticket`: on a working day. */
  urgency: 'page' | 'ticket';
  metric: IMetric;
  comparison: ComparisonOperator;
  threshold: number;
  /** How many periods of the metric in a row. */
  periods: number;
  /** What no data means: silence is the fault itself where something should always speak. */
  missing: 'breaching' | 'fine';
};

/** As GitHub and most readers of Markdown make it. */
export function headingAnchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}
