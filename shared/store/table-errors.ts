import { Broken, Busy, GateError, reasonOf } from '../support/errors.ts';

const RETRY_AFTER_SECONDS = 1;

/** What passes by itself: throttling (by whichever of its names), a slow answer, a table that cannot be reached. */
const PASSING = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
  'AbortError',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
]);

/** Runs `work`; whatever the table throws becomes Busy (repeat later) or Broken, saying what could not be done. */
export async function withTableErrors<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof GateError) throw thrown;
    const message = `could not ${doing}: ${nameOf(thrown)}`;
    if (isPassing(thrown))
      throw new Busy('internal', message, { cause: thrown, retryAfterSeconds: RETRY_AFTER_SECONDS });
    throw new Broken('internal', message, { cause: thrown });
  }
}

export function isConditionFailure(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'ConditionalCheckFailedException';
}

// Names only: a validation message of the table may quote a key, and a key may hold a plate.
function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : reasonOf(thrown);
}

function isPassing(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return PASSING.has(thrown.name) || ('code' in thrown && PASSING.has(String(thrown.code)));
}
