import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCursor, writeCursor } from './cursor.ts';
import { aDetection } from './detection.fixture.ts';

const SECRET = new Uint8Array(32).fill(7);
const { at, id } = aDetection();
const rejected = expect.objectContaining({ name: 'Rejected', code: 'invalid_request' });

describe('cursors', () => {
  test('a cursor gives back its position to the search that made it', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (search, secret) => {
        expect(readCursor(secret, search, writeCursor(secret, search, { at, id }))).toEqual({ at, id });
      }),
    );
  });

  test('any changed character is noticed', () => {
    const cursor = writeCursor(SECRET, 'search', { at, id });
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (i, character) => {
        fc.pre(character !== cursor[i]);
        const changed = cursor.slice(0, i) + character + cursor.slice(i + 1);
        expect(() => readCursor(SECRET, 'search', changed)).toThrow(rejected);
      }),
    );
  });

  test('no text that we did not sign is taken, and none breaks the reader', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ minLength: 600 })), (text) => {
        expect(() => readCursor(SECRET, 'search', text)).toThrow(rejected);
      }),
    );
  });

  test('a cursor of another table or another search is refused', () => {
    const cursor = writeCursor(SECRET, 'search', { at, id });
    expect(() => readCursor(new Uint8Array(32), 'search', cursor)).toThrow(rejected);
    expect(() => readCursor(SECRET, 'another search', cursor)).toThrow(rejected);
  });

  test('nobody reads a plate out of a cursor', () => {
    const payload = writeCursor(SECRET, '{"plate":"01A123BC"}', { at, id }).split('.')[0] ?? '';
    expect(Buffer.from(payload, 'base64url').toString()).not.toContain('01A123BC');
  });
});
