import * as z from 'zod';
import { DEFAULT_RETENTION_DAYS } from '../../shared/store/detections.ts';
import { Broken } from '../../shared/support/errors.ts';

const Environment = z.object({
  GATE_TABLE: z.string({ error: 'is missing' }).min(3, 'is no table name'),
  GATE_DEAD_LETTER_QUEUE_URL: z.url({ error: 'is no URL' }),
  GATE_RETENTION_DAYS: z.coerce
    .number({ error: 'is no number of days' })
    .int()
    .positive()
    .default(DEFAULT_RETENTION_DAYS),
});

export type RecorderEnvironment = { table: string; deadLetterQueueUrl: string; retentionDays: number };

/** Throws Broken with the name of every wrong setting. */
export function readEnvironment(env: NodeJS.ProcessEnv): RecorderEnvironment {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
    throw new Broken('internal', `could not start the recorder: ${wrong}`);
  }
  const { GATE_TABLE, GATE_DEAD_LETTER_QUEUE_URL, GATE_RETENTION_DAYS } = parsed.data;
  return { table: GATE_TABLE, deadLetterQueueUrl: GATE_DEAD_LETTER_QUEUE_URL, retentionDays: GATE_RETENTION_DAYS };
}
