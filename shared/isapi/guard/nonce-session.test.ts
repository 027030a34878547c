import { describe, expect, it } from 'vitest';
import { learned } from './nonce-session.ts';

const here = true;
const elsewhere = false;

describe('what a camera teaches about its nonces', () => {
  it.each([
    ['untried', here, 'worked', 'same-url'],
    ['untried', here, 'stale', 'never'],
    ['untried', here, 'refused', 'never'],
    ['same-url', here, 'worked', 'same-url'],
    ['same-url', here, 'stale', 'same-url'],
    ['same-url', here, 'refused', 'never'],
    ['same-url', elsewhere, 'worked', 'any-url'],
    ['same-url', elsewhere, 'stale', 'same-url-only'],
    ['same-url', elsewhere, 'refused', 'same-url-only'],
    ['same-url-only', here, 'worked', 'same-url-only'],
    ['same-url-only', here, 'stale', 'same-url-only'],
    ['same-url-only', here, 'refused', 'never'],
    ['any-url', here, 'worked', 'any-url'],
    ['any-url', elsewhere, 'worked', 'any-url'],
    ['any-url', elsewhere, 'stale', 'any-url'],
    ['any-url', elsewhere, 'refused', 'never'],
  ] as const)('%s, then for the same URL %s: %s, is %s', (before, isSameUrl, end, after) => {
    expect(learned(before, { isSameUrl, end })).toBe(after);
  });
});
