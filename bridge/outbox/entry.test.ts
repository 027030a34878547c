import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import { decodeEntry, encodeEntry, entryName, parseEntryName } from './entry.ts';
import { readWithPictures } from './outbox.fixture.ts';

const { read, bytesByKey } = readWithPictures(1);
const pictures = [...bytesByKey.values()];
const file = encodeEntry({ detection: read, pictures });

test('a read and its pictures come back from disk as they were', () => {
  expect(decodeEntry(file)).toEqual({ detection: read, pictures });
  const bare = sampleDetection(2, { plateAsRead: '01234567', list: 'weiße Liste\u0000' });
  expect(decodeEntry(encodeEntry({ detection: bare, pictures: [] }))).toEqual({ detection: bare, pictures: [] });
});

test('a file cut at any byte is known as torn', () => {
  fc.assert(
    fc.property(fc.nat(file.length - 1), (length) => {
      expect(() => decodeEntry(file.subarray(0, length))).toThrow();
    }),
  );
});

test('a file with any byte changed is known as corrupt', () => {
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(file);
      changed[at] = (file[at] ?? 0) ^ flip;
      expect(() => decodeEntry(changed)).toThrow();
    }),
    { numRuns: 500 },
  );
});

test('a file that grew, or that was never ours, is known as corrupt', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
      expect(() => decodeEntry(Buffer.from(bytes))).toThrow();
      expect(() => decodeEntry(Buffer.concat([file, bytes]))).toThrow();
    }),
  );
});

test('a file from a version that knew other fields is no read, and the reason quotes no plate', () => {
  const odd = encodeEntry({ detection: { ...sampleDetection(3), plateAsRead: 'GC-PLATE'.repeat(50) }, pictures: [] });
  expect(() => decodeEntry(odd)).toThrow('the message is no Detection of this version');
});

test('names sort by age and say what the index needs', () => {
  const name = fc.record({
    seq: fc.nat({ max: 9_000_000_000_000_000 }),
    bytes: fc.nat({ max: 999_999_999 }),
    pictures: fc.nat({ max: 16 }),
  });
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(parseEntryName(entryName(a))).toEqual(a);
      if (a.seq < b.seq) expect(entryName(a) < entryName(b)).toBe(true);
    }),
  );
});

test('a name that is not ours is left alone', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      expect(parseEntryName(name)).toBeNull();
    }),
  );
  expect(parseEntryName('1763805600000000-10-0.entry.tmp')).toBeNull();
});
