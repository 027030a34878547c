import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from './log.ts';

/** JSON lines for CloudWatch. */
export function lambdaLog(serviceName: string): Log {
  const logger = new Logger({ serviceName });
  return {
    info: (event, fields = {}) => logger.info(event, fields),
    warn: (event, fields = {}) => logger.warn(event, fields),
    error: (event, fields = {}) => logger.error(event, fields),
  };
}
