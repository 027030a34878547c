import { describe, expect, it } from 'vitest';
import { accepted, emptyRow, isShut, lostLeaseCounted, recordOf, shutBy, UNKNOWN_UNLOCK_MS, withLease } from './row.ts';

const NOW = Date.UTC(2026, 10, 22, 5);
const passwordVersion = 'v1';
const until = new Date(NOW).toISOString();
const lease = { attempt: 'a', holder: 'bridge', until, passwordVersion };
const badLogin = { passwordVersion, logins: 1, why: 'bad_login', now: NOW } as const;

describe('an attempt whose outcome was lost', () => {
  const lost = lostLeaseCounted(withLease(emptyRow, lease), NOW + 1);

  it('counts as a bad login and shuts', () => {
    expect(recordOf(lost, passwordVersion)).toMatchObject({ badLogins: 1, shut: { why: 'lost_attempt' } });
  });

  it('is forgiven when the password is let in: two kills in mid-login do not shut the gate for good', () => {
    const open = accepted(lost, passwordVersion);
    expect(recordOf(open, passwordVersion)).toEqual({ passwordVersion, badLogins: 0, shut: null });
    const again = lostLeaseCounted(withLease(open, lease), NOW + 1);
    expect(recordOf(again, passwordVersion).shut?.probeAt).not.toBeNull();
  });

  it('is no excuse for a bad login that the camera told of', () => {
    const shut = shutBy(emptyRow, { ...badLogin, notice: { triesLeft: 4, unlockSeconds: null } });
    expect(recordOf(accepted(shut, passwordVersion), passwordVersion).badLogins).toBe(1);
  });
});

describe('the one probe', () => {
  it('waits half an hour where the camera names an unlock time but is not locked', () => {
    const shut = shutBy(emptyRow, { ...badLogin, notice: { triesLeft: 4, unlockSeconds: 3 } });
    const record = recordOf(shut, passwordVersion);
    expect(isShut(record, NOW + UNKNOWN_UNLOCK_MS - 1)).toBe(true);
    expect(isShut(record, NOW + UNKNOWN_UNLOCK_MS)).toBe(false);
  });

  it('waits as long as a locked camera says', () => {
    const locked = {
      ...badLogin,
      logins: 0,
      why: 'locked_by_camera',
      notice: { triesLeft: 0, unlockSeconds: 600 },
    } as const;
    const record = recordOf(shutBy(emptyRow, locked), passwordVersion);
    expect([isShut(record, NOW + 599_999), isShut(record, NOW + 600_000)]).toEqual([true, false]);
  });
});
