// In the place of fast-check for `npm run properties`: every property as it is, PROPERTY_TIMES as often. What chance finds
// once in a thousand runs of a hundred turns up here, and not in somebody's unlucky CI.
import { createRequire } from 'node:module';
import type Real from 'fast-check';

const DEFAULT_RUNS = 100;
/** Below the time that a test is given; what was tried by then counts. */
const LIMIT_MS = 50_000;
const times = Number(process.env.PROPERTY_TIMES);
const real: typeof Real = createRequire(import.meta.url)('fast-check');

const assert = new Proxy(real.assert, {
  apply: (target, self, [property, params]: Parameters<typeof real.assert>) =>
    Reflect.apply(target, self, [
      property,
      { ...params, numRuns: (params?.numRuns ?? DEFAULT_RUNS) * times, interruptAfterTimeLimit: LIMIT_MS },
    ]),
});

export default { ...real, assert };
