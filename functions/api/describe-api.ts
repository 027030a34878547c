// The OpenAPI document as it is served, made without a gate: no table, no camera, no issuer.
import { systemClock } from '../../shared/support/clock.ts';
import { Broken } from '../../shared/support/errors.ts';
import { silentLog } from '../../shared/support/log.ts';
import { type ApiDependencies, createApi } from './api.ts';
import { openApiDocument } from './openapi.ts';

/** Every answer of an API that is only described. */
const unasked = () => Promise.reject(new Broken('internal', 'could not answer: this API is only described'));

const NOTHING_BEHIND: ApiDependencies = {
  store: { record: unasked, get: unasked, list: unasked, check: unasked },
  pictures: { url: unasked },
  verifyToken: unasked,
  cameras: new Map(),
  states: { read: unasked },
  videos: { read: unasked },
  completeness: { memoryOf: unasked, compare: unasked },
  ledger: { read: unasked },
  lensRows: { read: unasked, readAll: unasked, write: unasked },
  moves: { keep: unasked, settle: unasked, newest: unasked },
  log: silentLog,
  clock: systemClock,
  origins: [],
};

export function describeApi(): ReturnType<typeof openApiDocument> {
  return openApiDocument(createApi(NOTHING_BEHIND));
}
