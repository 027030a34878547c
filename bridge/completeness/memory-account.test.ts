import { expect, test } from 'vitest';
import { isoInstant } from '../../shared/support/clock.ts';
import { MINUTE_MS, rowBefore, START } from './account.fixture.ts';
import { MemoryAccount } from './memory-account.ts';

const AGREED = { aheadMs: 0, isWhole: true };

test('the memory is told up to the last whole look, whatever one that was cut short or a part of it saw', () => {
  const memory = new MemoryAccount();
  memory.swept([rowBefore(12)], { ...AGREED, now: START });
  memory.swept([rowBefore(400), rowBefore(3)], { ...AGREED, isWhole: false, now: START + MINUTE_MS });
  expect(memory.report(START + MINUTE_MS)).toMatchObject({
    sweptTo: isoInstant(START),
    rememberedFrom: rowBefore(12).capturedAt,
    lastRowAt: rowBefore(3).capturedAt,
  });
  memory.swept([], { ...AGREED, now: START + 2 * MINUTE_MS });
  expect(memory.report(START + 2 * MINUTE_MS)).toMatchObject({ sweptTo: isoInstant(START + 2 * MINUTE_MS) });
});

test('a first look that was cut short tells how far back the memory reaches, and no more', () => {
  const memory = new MemoryAccount();
  memory.swept([rowBefore(90), rowBefore(60)], { ...AGREED, isWhole: false, now: START });
  expect(memory.report(START)).toMatchObject({ sweptTo: null, rememberedFrom: rowBefore(90).capturedAt });
});
