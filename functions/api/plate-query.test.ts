import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalisePlate } from '../../shared/detection/plate.ts';
import { parsePlateQuery } from './plate-query.ts';

test('whatever is typed is a plate, a prefix or a sentence', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: 'binary' }).map((text) => `${text}*`),
      ),
      (typed) => {
        const query = parsePlateQuery(typed);
        if ('plate' in query) expect(query.plate).toBe(normalisePlate(typed));
        else if ('prefix' in query) expect(Array.from(query.prefix).length).toBeGreaterThanOrEqual(3);
        else expect(query.wrong).not.toBe('');
      },
    ),
  );
});

test('the beginning of a plate finds that plate', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z0-9]{3,8}$/), fc.integer({ min: 3, max: 8 }), (plate, length) => {
      const query = parsePlateQuery(`${plate.slice(0, length).toLowerCase()}*`);
      expect('prefix' in query && plate.startsWith(query.prefix)).toBe(normalisePlate(plate.slice(0, length)) !== null);
    }),
  );
});
