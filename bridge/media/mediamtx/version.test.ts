import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAtLeast, noteOn, parseVersion, refuseUnfit, type Version, versionText } from './version.ts';

describe('the version of MediaMTX', () => {
  test.each(['v1.16.1', '1.16.1', ' v1.16.1\n'])('is read from %j', (text) => {
    expect(parseVersion(text)).toEqual([1, 16, 1]);
  });

  test.each(['', 'v1.16', 'v0.0.0-dev+abc', 'mediamtx v1.16.1', 'v1.16.1-rc1', '1.2.3.4', `v${'9'.repeat(40)}.0.0`])(
    'is not guessed from %j',
    (text) => {
      expect(parseVersion(text)).toBeNull();
    },
  );

  test('survives being written and read', () => {
    const part = fc.nat({ max: 99_999 });
    fc.assert(
      fc.property(fc.tuple(part, part, part), (version) => {
        expect(parseVersion(versionText(version))).toEqual(version);
      }),
    );
  });

  test.each<[Version, Version, boolean]>([
    [[1, 16, 1], [1, 16, 1], true],
    [[1, 16, 10], [1, 16, 9], true],
    [[2, 0, 0], [1, 99, 99], true],
    [[1, 9, 9], [1, 16, 1], false],
  ])('%j against %j', (version, other, expected) => {
    expect(isAtLeast(version, other)).toBe(expected);
  });

  test.each<[Version, RegExp]>([
    [[1, 16, 0], /crashes with cameras; take v1\.16\.1 or newer/],
    [[1, 15, 6], /too old; take v1\.16\.1 or newer/],
    [[0, 23, 0], /too old/],
  ])('%j may not run', (version, why) => {
    expect(() => refuseUnfit(version)).toThrow(why);
  });

  test.each<[Version]>([[[1, 16, 1]], [[1, 19, 3]], [[1, 20, 1]], [[2, 0, 0]]])('%j may run', (version) => {
    expect(() => refuseUnfit(version)).not.toThrow();
  });

  test('one that is newer than what was tried is said to be', () => {
    expect(noteOn([1, 21, 0])).toMatch(/v1\.21\.0 is newer than 1\.20/);
    expect(noteOn([2, 0, 0])).toMatch(/newer/);
    expect([noteOn([1, 16, 1]), noteOn([1, 20, 0]), noteOn([1, 20, 9])]).toEqual([null, null, null]);
  });
});
