import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TableAway } from '../../shared/isapi/guard/table-away.ts';
import { Broken, Busy, Rejected } from '../../shared/support/errors.ts';
import type { StreamEnd } from './read-stream.ts';
import { StreamEnds } from './stream-ends.ts';

const START = Date.UTC(2026, 10, 22, 10);
const closed: StreamEnd = { reason: 'closed', bytes: 2_048 };
const ended = (livedMs: number, end = closed) => ({ end, livedMs, deadAfterMs: 30_000, beats: true });
const taken = new Busy('camera_busy', 'could not GET: the camera answered 404, its streams are taken', {
  retryAfterSeconds: 10,
});

describe('a stream that the camera closes', () => {
  test('is closed once and twice, and then a habit of the camera’s, said in the same words each time', () => {
    const ends = new StreamEnds(START);
    const calls = [40_300, 39_900, 41_000, 40_000, 38_500].map((livedMs) => ends.ended(ended(livedMs), START));
    expect(calls.map(({ status }) => status)).toEqual(['closed', 'closed', 'closing', 'closing', 'closing']);
    const reason = 'the camera closes every stream after about 40 s; it is opened again each time';
    expect(new Set(calls.slice(2).map((call) => call.reason))).toEqual(new Set([reason]));
    expect(ends.habit).toBe(reason);
  });

  test.each<[string, number, StreamEnd]>([
    ['before it said a word', 5, { reason: 'closed', bytes: 0 }],
    ['after an hour', 3_600_000, closed],
  ])('%s is no habit, however often', (_, livedMs, end) => {
    const ends = new StreamEnds(START);
    for (let n = 0; n < 5; n += 1) expect(ends.ended(ended(livedMs, end), START).status).toBe('closed');
    expect(ends.habit).toBeNull();
  });

  test('has lost the habit once one stream lives longer', () => {
    const ends = new StreamEnds(START);
    for (let n = 0; n < 3; n += 1) ends.ended(ended(40_000), START);
    expect(ends.outlives(40_000)).toBe(false);
    expect(ends.outlives(120_001)).toBe(true);
    expect(ends.habit).toBeNull();
    expect(ends.outlives(200_000)).toBe(false);
  });

  test('that then falls silent is silent', () => {
    const ends = new StreamEnds(START);
    for (let n = 0; n < 3; n += 1) ends.ended(ended(40_000), START);
    const silent = ends.ended(ended(30_000, { reason: 'silent', bytes: 900 }), START);
    expect(silent).toEqual({ status: 'silent', reason: 'no byte for 30 s: the connection is taken for dead' });
    expect(ends.habit).toBeNull();
  });
});

test('a recorder without heartbeats that falls silent is silent, with the reserve that its lane may be empty', () => {
  const end: StreamEnd = { reason: 'silent', bytes: 900 };
  const { status, reason } = new StreamEnds(START).ended({ ...ended(90_000, end), beats: false }, START);
  expect(status).toBe('silent');
  expect(reason).toMatch(/events and no heartbeats, so an empty lane looks the same/);
});

describe('a camera that says its streams are taken', () => {
  test('right after one of ours ended holds its slot, for two minutes at most; then it refuses', () => {
    const ends = new StreamEnds(START - 3_600_000);
    ends.ended(ended(50_000, { reason: 'broken', bytes: 10 }), START);
    const { status, reason } = ends.failed(taken, START + 500);
    expect(status).toBe('slot_held');
    expect(reason).toMatch(/its streams are taken; .* held until 2026-11-22T10:02:00\.000Z$/);
    expect(ends.failed(taken, START + 120_000)).toEqual({ status, reason });
    expect(ends.failed(taken, START + 120_001).status).toBe('refused');
    expect(ends.failed(taken, START - 1).status).toBe('refused');
  });

  test('right after our start may hold that of the bridge before', () => {
    const ends = new StreamEnds(START);
    expect([ends.failed(taken, START + 1_000).status, ends.failed(taken, START + 121_000).status]).toEqual([
      'slot_held',
      'refused',
    ]);
  });
});

describe('an attempt that failed', () => {
  const dns = Object.assign(new Error('getaddrinfo ENOTFOUND gate.example'), { code: 'ENOTFOUND' });
  test.each([
    ['locked', new Busy('camera_locked', 'its guard is shut'), /^its guard is shut$/],
    ['refused', new Rejected('camera_refused', 'it says no'), /^it says no$/],
    ['connecting', new Busy('camera_busy', 'could not ask camera gate: api is logging in'), /api is logging in$/],
    ['connecting', new TableAway('could not ask camera gate: its guard’s table does not answer'), /not answer$/],
    ['connecting', new Broken('internal', 'could not read the key'), /^could not read the key$/],
    ['unreachable', new Busy('camera_unreachable', 'connect ECONNREFUSED'), /^connect ECONNREFUSED$/],
    ['unreachable', new Error('socket hang up'), /^socket hang up$/],
    [
      'unreachable',
      new Busy('camera_unreachable', 'could not reach it', { cause: dns }),
      /\(DNS does not know its name/,
    ],
  ])('is %s', (status, error, reason) => {
    const called = new StreamEnds(START - 3_600_000).failed(error, START);
    expect(called).toEqual({ status, reason: expect.stringMatching(reason) });
  });
});

test('whatever ends and fails in whatever order, there is one word with a sentence for it', () => {
  const errors = fc.constantFrom<Error>(taken, new Broken('internal', 'broken'), new Busy('camera_locked', 'shut'));
  const ends = fc.record({
    reason: fc.constantFrom('closed' as const, 'broken' as const, 'silent' as const),
    bytes: fc.nat(),
  });
  const steps = fc.array(fc.tuple(fc.oneof(errors, ends), fc.integer({ min: -1e12, max: 1e12 })));
  fc.assert(
    fc.property(steps, (made) => {
      const streams = new StreamEnds(START);
      for (const [what, ms] of made) {
        const called =
          what instanceof Error ? streams.failed(what, START + ms) : streams.ended(ended(ms, what), START + ms);
        expect(called.status).not.toBe('connected');
        expect(called.reason.length).toBeGreaterThan(0);
      }
    }),
  );
});
