import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { cameraMetric } from './camera-metric.ts';
import type { GateAlarm } from './gate-alarm.ts';

const FIVE_MINUTES = Duration.minutes(5);
/** Ten looks of the usual pace; a camera remembers hours of a gate. */
const UNASKED_SECONDS = 1_800;

/** Whether what the camera remembers is stored: the promise itself, watched. */
export function completenessAlarms(camera: string): GateAlarm[] {
  return [
    {
      title: 'Reads missing',
      camera,
      impact: 'The camera remembers vehicles that are in no list, and asking its memory did not bring them.',
      urgency: 'page',
      metric: cameraMetric(camera, 'ReadsMissing', Stats.MINIMUM, FIVE_MINUTES),
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      periods: 2,
      missing: 'fine',
    },
    {
      title: 'Reads forgotten',
      camera,
      impact: 'The camera forgot vehicles before it was asked for them: those reads are lost, and the span is known.',
      urgency: 'ticket',
      metric: cameraMetric(camera, 'ReadsForgotten', Stats.SUM, FIVE_MINUTES),
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      periods: 1,
      missing: 'fine',
    },
    {
      title: 'Camera memory not asked',
      camera,
      impact: 'Should reads be missed now, nobody fetches them before the camera forgets them.',
      urgency: 'ticket',
      metric: cameraMetric(camera, 'SweepAgeSeconds', Stats.MINIMUM, FIVE_MINUTES),
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: UNASKED_SECONDS,
      periods: 3,
      missing: 'fine',
    },
  ];
}
