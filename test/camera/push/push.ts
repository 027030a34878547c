import { request } from 'node:http';
import { reasonOf } from '../../../shared/support/errors.ts';
import type { PushResult } from '../passage.ts';
import type { PushBody } from './push-forms.ts';

/** A camera waits a few seconds for the listener (ISAPI.md 5.2). */
const PUSH_TIMEOUT_MS = 5_000;

/** Posts once; the camera never tries again by itself (ISAPI.md 5.2). What happened is a result, never an error. */
export function push(to: URL, { contentType, body }: PushBody): Promise<PushResult> {
  const type = contentType === null ? {} : { 'Content-Type': contentType };
  const headers = { ...type, 'Content-Length': body.length, Connection: 'close' };
  const { promise, resolve } = Promise.withResolvers<PushResult>();
  const posted = request(to, { method: 'POST', headers, agent: false, timeout: PUSH_TIMEOUT_MS }, (response) => {
    response.resume();
    response.once('error', (error) => resolve({ failed: reasonOf(error) }));
    response.once('end', () => resolve({ status: response.statusCode ?? 0 }));
  });
  posted.once('timeout', () => posted.destroy(new Error(`no answer within ${PUSH_TIMEOUT_MS} ms`)));
  posted.once('error', (error) => resolve({ failed: reasonOf(error) }));
  posted.end(body);
  return promise;
}
