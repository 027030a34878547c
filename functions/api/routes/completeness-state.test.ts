import { describe, expect, test } from 'vitest';
import { rowOf } from '../../../shared/store/completeness.fixture.ts';
import { HOUR_MS } from '../../../shared/store/completeness-accounts.ts';
import type { MemoryReport } from '../../../shared/store/completeness-memory.ts';
import { aDetection, NOW } from '../../../shared/store/detection.fixture.ts';
import { isoInstant } from '../../../shared/support/clock.ts';
import { hourState } from './completeness-state.ts';

const MINUTE_MS = 60_000;
/** NOW is a full hour: this one is over. */
const HOUR = isoInstant(NOW - HOUR_MS);
const hour = { hour: HOUR, onlyInCamera: [], isCapped: false, isExpired: false };
const memory: MemoryReport = {
  reportedAt: isoInstant(NOW + 4 * MINUTE_MS),
  supported: true,
  sweptTo: isoInstant(NOW + 4 * MINUTE_MS),
  rememberedFrom: isoInstant(NOW - 5 * HOUR_MS),
  lastRowAt: null,
  aheadMs: null,
  gaps: [],
};
const gap = { from: isoInstant(NOW - 90 * MINUTE_MS), to: isoInstant(NOW - 50 * MINUTE_MS), estimate: 12 };
const rolledOver = { ...gap, why: 'rolled_over' as const };
const judged = (changes: Partial<MemoryReport> | null, of: Partial<typeof hour> = {}, now = NOW + 4 * MINUTE_MS) =>
  hourState({ ...hour, ...of }, changes === null ? null : { ...memory, ...changes }, now);
const missing = (minutesAgo: number) => ({
  onlyInCamera: [rowOf(aDetection({ at: isoInstant(NOW + 4 * MINUTE_MS - minutesAgo * MINUTE_MS) }))] as never[],
});

describe('an hour', () => {
  test('is complete once the memory was asked after its end, and its last reads had time to come', () => {
    expect(judged({})).toEqual({ state: 'complete', reason: null });
  });

  test.each<[string, Partial<MemoryReport>, RegExp]>([
    [
      'is not over',
      { sweptTo: isoInstant(NOW - MINUTE_MS) },
      /last asked at 2026-11-22T09:59.*before the hour was over/,
    ],
    ['is just over', { sweptTo: isoInstant(NOW + MINUTE_MS) }, /may still be on their way/],
    ['was asked about by nobody yet', { sweptTo: null, rememberedFrom: null }, /not asked yet/],
  ])('is open while it %s', (_, changes, reason) => {
    expect(judged(changes)).toEqual({ state: 'open', reason: expect.stringMatching(reason) });
  });

  test.each<[string, Partial<MemoryReport> | null, RegExp]>([
    ['the bridge has told nothing', null, /never told/],
    ['the camera has no memory', { supported: false, sweptTo: null }, /no memory/],
    ['the account begins later', { rememberedFrom: isoInstant(NOW + MINUTE_MS) }, /not asked then/],
    [
      'the account begins within it',
      { rememberedFrom: isoInstant(NOW - MINUTE_MS) },
      /reached back to 2026-11-22T09:59/,
    ],
    ['the memory had rolled over', { gaps: [rolledOver] }, /rolled over .* from 2026-.* to 2026-.*; about 12 reads/],
    ['the memory was emptied', { gaps: [{ ...gap, why: 'emptied', estimate: 0 }] }, /emptied.*09:10:00.000Z$/],
  ])('is unknown where %s', (_, changes, reason) => {
    expect(judged(changes)).toEqual({ state: 'unknown', reason: expect.stringMatching(reason) });
  });

  test('says first of all what was told to be lost, whatever else is not known of it', () => {
    const causes: (Partial<MemoryReport> & { at?: number })[] = [
      { supported: false },
      { rememberedFrom: isoInstant(NOW - MINUTE_MS) },
      { rememberedFrom: isoInstant(NOW + MINUTE_MS) },
      { at: NOW + 9 * 24 * HOUR_MS },
    ];
    for (const { at = NOW + 4 * MINUTE_MS, ...cause } of causes) {
      expect(judged({ ...cause, gaps: [rolledOver] }, { isCapped: true }, at)).toEqual({
        state: 'unknown',
        reason: expect.stringMatching(/rolled over/),
      });
    }
  });

  test('lacks nothing for sure once its reads are kept no longer', () => {
    expect(judged({}, { ...missing(4), isExpired: true })).toEqual({
      state: 'unknown',
      reason: expect.stringMatching(/kept no longer/),
    });
  });

  test('is not whole, and says so, where the memory cannot be asked any more', () => {
    const sweptTo = isoInstant(NOW - 30 * MINUTE_MS);
    expect(judged({ sweptTo })).toEqual({
      state: 'open',
      reason: `the camera’s memory could not be asked since ${sweptTo}, before the hour was over`,
    });
    // By the camera's own clock, an hour ahead, that was a moment ago.
    expect(judged({ sweptTo, aheadMs: -HOUR_MS / 2 }).reason).toMatch(/was last asked at/);
  });

  test('is not touched by a gap that ends where it begins', () => {
    expect(judged({ gaps: [{ ...rolledOver, to: HOUR }] })).toMatchObject({ state: 'complete' });
  });

  test('is unknown where its account had no more room, and when accounts of its age are kept no more', () => {
    expect(judged({}, { isCapped: true })).toMatchObject({ state: 'unknown', reason: expect.stringMatching(/room/) });
    const later = NOW + 9 * 24 * HOUR_MS;
    expect(judged({}, {}, later)).toMatchObject({ state: 'unknown', reason: expect.stringMatching(/8 days/) });
  });

  test('lacks a row as soon as that should have come, whatever else is known; a younger one may still be on its way', () => {
    expect(judged({ gaps: [rolledOver] }, missing(4))).toMatchObject({
      state: 'missing',
      reason: expect.stringMatching(/^1 /),
    });
    expect(judged({ sweptTo: isoInstant(NOW - MINUTE_MS) }, missing(6))).toMatchObject({ state: 'open' });
  });
});
