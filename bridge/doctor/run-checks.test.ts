import { expect, test } from 'vitest';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import { type Check, runChecks } from './run-checks.ts';

const gate = CameraIdSchema.parse('gate');
const yard = CameraIdSchema.parse('yard');
const check = (over: Partial<Check>): Check => ({
  check: 'login',
  camera: gate,
  limitMs: 1_000,
  run: async () => ok('well'),
  ...over,
});

function running(checks: Check[]) {
  const clock = drivenClock();
  const slow: string[] = [];
  const told: Finding[] = [];
  const stop = new AbortController();
  const done = runChecks(checks, {
    clock,
    onFinding: (finding) => void told.push(finding),
    onSlow: (one) => void slow.push(one.check),
    signal: stop.signal,
  });
  return { clock, slow, told, stop, done };
}

test('what needs a check that failed is not tried, for that camera only', async () => {
  const { done } = running([
    check({ run: async () => fail('refused', 'mend it') }),
    check({ check: 'firmware', needs: ['login'], run: () => expect.unreachable('it was asked') }),
    check({ check: 'clock', needs: ['firmware'], run: () => expect.unreachable('it was asked') }),
    check({ camera: yard, run: async () => warn('odd', 'look') }),
    check({ check: 'firmware', camera: yard, needs: ['login'] }),
  ]);
  const findings = await done;
  expect(findings.map(({ status }) => status)).toEqual(['fail', 'skipped', 'skipped', 'warn', 'ok']);
  expect(findings[1]?.seen).toBe('not tried: login comes first');
});

test('a check that does not end is told of after two seconds and given up at its limit; the next one runs', async () => {
  const { clock, slow, told, done } = running([
    check({ limitMs: 5_000, run: () => new Promise(() => {}) }),
    check({ check: 'firmware' }),
  ]);
  expect(told).toEqual([]);
  clock.step(2_000);
  await expect.poll(() => slow).toEqual(['login']);
  clock.step(3_000);
  const [first, second] = await done;
  expect(first).toMatchObject({ status: 'fail', seen: 'no answer within 5 s', tookMs: 5_000 });
  expect(second?.status).toBe('ok');
});

test('a fault of our own costs one line', async () => {
  const { done } = running([check({ run: () => Promise.reject(new Error('oh')) }), check({ check: 'firmware' })]);
  expect((await done).map(({ status, seen }) => `${status} ${seen}`)).toEqual(['fail oh', 'ok well']);
});

test('Ctrl-C lets the check under way end, since its login must be heard out, and starts no other', async () => {
  const first = Promise.withResolvers<ReturnType<typeof ok>>();
  const { stop, done } = running([check({ run: () => first.promise }), check({ check: 'firmware' })]);
  stop.abort();
  first.resolve(ok('well'));
  expect((await done).map(({ status }) => status)).toEqual(['ok', 'skipped']);
});

test('the camera’s own words are one plain line', () => {
  expect(ok('model \u001b[31mX\r\n\u202eY\u0007 Z').seen).toBe('model [31mX Y Z');
});
