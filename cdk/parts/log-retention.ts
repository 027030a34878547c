import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Broken } from '../../shared/support/errors.ts';

/** CDK's name for so many days; the configuration has already refused what CloudWatch does not have. */
export function logRetention(days: number): RetentionDays {
  const known = Object.values(RetentionDays).find((value) => value === days);
  if (typeof known !== 'number') throw new Broken('internal', `could not keep logs for ${days} days`);
  return known;
}
