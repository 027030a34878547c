import * as z from 'zod';
import { type Camera, type Environment, readCameras } from '../../shared/isapi/cameras.ts';
import { Broken } from '../../shared/support/errors.ts';

const Settings = z.object({
  GATE_QUEUE_URL: z.url({ error: 'is no URL' }),
  GATE_PICTURES_BUCKET: z.string({ error: 'is missing' }).min(3, 'is no bucket name'),
  GATE_TABLE: z.string({ error: 'is missing' }).min(3, 'is no table name'),
});

export type WebhookEnvironment = { cameras: Camera[]; queueUrl: string; bucket: string; table: string };

/** Throws with the name of every wrong setting. */
export function readEnvironment(env: Environment, readFile: (path: string) => string): WebhookEnvironment {
  const parsed = Settings.safeParse(env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
    throw new Broken('internal', `could not start the webhook: ${wrong}`);
  }
  const { GATE_QUEUE_URL: queueUrl, GATE_PICTURES_BUCKET: bucket, GATE_TABLE: table } = parsed.data;
  return { cameras: readCameras(env, readFile), queueUrl, bucket, table };
}
