import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CORS_METHODS, type GateRoute, gateRoutes, routeKey } from './routes.ts';

/** As an HTTP API chooses: a full match before a greedy one, the longer greedy one first, a method before ANY. */
function routeOf(method: string, path: string): GateRoute | undefined {
  const steps = path.slice(1).split('/');
  const fits = gateRoutes(1).filter((route) => {
    const pattern = route.path.slice(1).split('/');
    const isGreedy = pattern.at(-1) === '{proxy+}';
    const fixed = isGreedy ? pattern.slice(0, -1) : pattern;
    if (isGreedy ? steps.length <= fixed.length : steps.length !== fixed.length) return false;
    return (
      [method, 'ANY'].includes(route.method) && fixed.every((step, i) => step.startsWith('{') || step === steps[i])
    );
  });
  const weight = ({ method: named, path: pattern }: GateRoute) =>
    (pattern.endsWith('{proxy+}') ? 0 : 1_000) + pattern.split('/').length * 10 + (named === 'ANY' ? 0 : 1);
  return fits.toSorted((one, other) => weight(other) - weight(one))[0];
}

describe('the URLs of the setup guide', () => {
  test.each([
    ['POST', '/api/gate/camera/ptz/', 'api', 'POST /api/gate/camera/ptz/{proxy+}'],
    ['POST', '/api/gate/camera/ptz', 'api', 'POST /api/gate/camera/ptz'],
    ['POST', '/api/gate/anpr-event/', 'webhook', 'POST /api/gate/anpr-event/{proxy+}'],
    ['POST', '/api/gate/anpr-event', 'webhook', 'POST /api/gate/anpr-event'],
    ['POST', '/api/gate/anpr-event/invented-token-0001', 'webhook', 'POST /api/gate/anpr-event/{proxy+}'],
    ['POST', '/api/gate/anpr-event/invented-token-0001/', 'webhook', 'POST /api/gate/anpr-event/{proxy+}'],
  ])('%s %s reaches the %s', (method, path, target, key) => {
    const route = routeOf(method, path);
    expect(route?.function).toBe(target);
    expect(route && routeKey(route)).toBe(key);
  });
});

describe('the contract’s other URLs, with and without a slash at their end', () => {
  test.each([
    ['GET', '/api/gate/detections'],
    ['GET', '/api/gate/detections/abcdefghijklmnopqrstuvwxyz/pictures/scene'],
    ['GET', '/api/gate/cameras'],
    ['GET', '/api/gate/cameras/gate/snapshot'],
    ['POST', '/api/gate/cameras/gate/live'],
    ['POST', '/api/gate/cameras/gate/rearm'],
    ['PUT', '/api/gate/cameras/gate/home'],
    ['GET', '/api/health'],
    ['GET', '/api/openapi.json'],
    // A push is a POST; asked for otherwise, the api function says so.
    ['GET', '/api/gate/anpr-event'],
  ])('%s %s reaches the api', (method, path) => {
    expect(routeOf(method, path)?.function).toBe('api');
    expect(routeOf(method, `${path}/`)?.function).toBe('api');
  });

  test('what costs the camera its login is throttled more than what reads the table', () => {
    const rate = (method: string, path: string) => routeOf(method, path)?.throttle.rate;
    expect(rate('GET', '/api/gate/cameras/gate/snapshot/')).toBe(5);
    expect(rate('POST', '/api/gate/camera/ptz/')).toBe(10);
    expect(rate('GET', '/api/gate/detections/')).toBe(50);
  });
});

describe('the API that is deployed and the API that is described', () => {
  const { paths } = JSON.parse(readFileSync(new URL('../../functions/api/openapi.json', import.meta.url), 'utf8'));
  const described = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
  );

  test.each(described)('%s %s is answered by the api, with and without a slash', (method, path) => {
    const asked = path.replaceAll(/\{\w+\}/g, 'x');
    expect([routeOf(method, asked), routeOf(method, `${asked}/`)].map((route) => route?.function)).toEqual([
      'api',
      'api',
    ]);
  });

  test('no route of its own is for something that is not described, but the push, which is no JSON', () => {
    const known = new Set(described.map(([method, path]) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`));
    const strays = gateRoutes(1)
      .filter(({ path }) => path !== '/api/{proxy+}')
      .map(({ method, path }) => `${method} ${path.replace(/\/\{proxy\+\}$/, '').replaceAll(/\{\w+\}/g, '{}')}`)
      .filter((route) => !known.has(route));
    expect([...new Set(strays)]).toEqual(['POST /api/gate/anpr-event']);
  });

  test('a browser may use every method that is described', () => {
    const methods = new Set(described.map(([method]) => method));
    expect([...methods].filter((method) => !CORS_METHODS.some((allowed) => allowed === method))).toEqual([]);
  });
});

test('more cameras may push more, up to a bound', () => {
  const rates = [1, 10, 50].map((cameras) => gateRoutes(cameras)[0]?.throttle.rate);
  expect(rates).toEqual([5, 50, 250]);
});

test('no route key ends in a slash, which an HTTP API refuses', () => {
  expect(
    gateRoutes(1)
      .map(routeKey)
      .filter((key) => key.endsWith('/')),
  ).toEqual([]);
});
