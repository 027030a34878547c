import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DetectionIdSchema } from '../detection/detection.ts';
import { normalisePlate } from '../detection/plate.ts';
import { directoryKey, directoryPartition, momentBounds, momentKey, parseMomentKey, platePartition } from './keys.ts';

const moments = fc.record({
  at: fc
    .date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
    .map((d) => d.toISOString()),
  id: fc.stringMatching(/^[a-z2-7]{26}$/).map((id) => DetectionIdSchema.parse(id)),
});
const plates = fc
  .string({ unit: 'binary' })
  .map(normalisePlate)
  .filter((plate) => plate !== null);

describe('keys', () => {
  test('a moment comes back from its key', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        expect(parseMomentKey(momentKey(moment))).toEqual(moment);
      }),
    );
  });

  test('keys sort as their instants do, and equal instants by id', () => {
    fc.assert(
      fc.property(moments, moments, (a, b) => {
        const inOrder = a.at === b.at ? a.id < b.id : Date.parse(a.at) < Date.parse(b.at);
        expect(momentKey(a) < momentKey(b)).toBe(inOrder);
      }),
    );
  });

  test('bounds take in the beginning, leave out the end, and hold everything when open', () => {
    fc.assert(
      fc.property(moments, moments, moments, (moment, from, to) => {
        const key = momentKey(moment);
        const { low, high } = momentBounds(from.at, to.at);
        expect(low <= key && key <= high).toBe(from.at <= moment.at && moment.at < to.at);
        const open = momentBounds(undefined, undefined);
        expect(open.low <= key && key <= open.high).toBe(true);
      }),
    );
  });

  test('whatever the alphabet, a plate stands where a search for its first characters looks', () => {
    fc.assert(
      fc.property(plates, (plate) => {
        expect(platePartition(plate)).not.toBe('PLATE#');
        const key = directoryKey(plate);
        const characters = Array.from(plate);
        const expected = { pk: directoryPartition(characters.slice(0, 3).join('')), sk: plate };
        expect(key).toEqual(characters.length < 3 ? null : expected);
        expect(key?.pk.isWellFormed() ?? true).toBe(true);
      }),
    );
  });

  test('a prefix shorter than three characters has no partition', () => {
    expect(directoryPartition('01')).toBeNull();
    expect(directoryPartition('')).toBeNull();
  });
});
