// MediaMTX's CORS: nothing without a list, every origin with `*`, else the origin that is in the list.
import type { Headers } from './front.ts';

export function originHeaders(origin: string | undefined, allowed: readonly string[]): Headers {
  if (allowed.includes('*')) return { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Credentials': 'true' };
  if (origin === undefined || !allowed.includes(origin)) return {};
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
}
