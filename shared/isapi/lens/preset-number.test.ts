import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejected } from '../../support/errors.ts';
import { isPresetNumber, parsePresetNumber } from './preset-number.ts';

describe('a preset’s number', () => {
  test.each(['1', '32', '106', '255', '300'])('%s is one', (text) => {
    expect(parsePresetNumber(text)).toBe(Number(text));
  });

  test.each([
    '33',
    '94',
    '105',
    '0',
    '-1',
    '094',
    '+94',
    '94.0',
    '9.4e1',
    '0x5e',
    ' 94',
    '94 ',
    '٩٤',
    '９４',
    '%39%34',
  ])('%s is none', (text) => {
    expect(() => parsePresetNumber(text)).toThrow(Rejected);
  });

  test('no text whatever is read as a command of the camera', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.integer({ min: 0, max: 400 }).map(String),
      fc.stringMatching(/^[0-9. +x-]*$/),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const number = numberOf(text);
        expect(number === null || (number >= 1 && number <= 999 && !(number >= 33 && number <= 105))).toBe(true);
        expect(number === null || String(number) === text).toBe(true);
      }),
    );
  });

  test('from 33 to 105 no number is one', () => {
    for (let number = 33; number <= 105; number += 1) expect(isPresetNumber(number)).toBe(false);
  });
});

function numberOf(text: string): number | null {
  try {
    return parsePresetNumber(text);
  } catch (error) {
    if (error instanceof Rejected) return null;
    throw error;
  }
}
