import { describe, expect, it } from 'vitest';
import {
  accepted,
  emptyRow,
  type GuardRow,
  GuardRowSchema,
  isShut,
  lostLeaseCounted,
  probePostponed,
  rearmed,
  recordOf,
  shutBy,
  shutOf,
  UNKNOWN_UNLOCK_MS,
  withLease,
} from './row.ts';

const NOW = Date.UTC(2026, 10, 22, 5);
const passwordVersion = 'v1';
const until = new Date(NOW).toISOString();
const lease = { attempt: 'a', holder: 'bridge', until, passwordVersion };
const badLogin = { passwordVersion, logins: 1, why: 'bad_login', now: NOW } as const;
const notice = { triesLeft: null, unlockSeconds: null };

describe('an attempt whose outcome was lost', () => {
  const lost = lostLeaseCounted(withLease(emptyRow, lease), NOW + 1);

  it('counts as a bad login and shuts', () => {
    expect(recordOf(lost, passwordVersion)).toMatchObject({ badLogins: 1, shut: { why: 'lost_attempt' } });
  });

  it('is forgiven when the password is let in: two kills in mid-login do not shut the gate for good', () => {
    const open = accepted(lost, passwordVersion);
    expect(recordOf(open, passwordVersion)).toEqual({
      passwordVersion,
      badLogins: 0,
      letIn: true,
      unheard: 0,
      shut: null,
    });
    const again = lostLeaseCounted(withLease(open, lease), NOW + 1);
    expect(recordOf(again, passwordVersion).shut?.probeAt).not.toBeNull();
  });

  const letIn = accepted(emptyRow, passwordVersion);
  const probeIn = (row: GuardRow) => {
    const probeAt = recordOf(row, passwordVersion).shut?.probeAt;
    return probeAt ? Date.parse(probeAt) - NOW : null;
  };
  const losing = (row: GuardRow) => lostLeaseCounted(withLease(row, lease), NOW);

  it('of a password that was let in is asked after in a minute, for no camera said no; of any other in half an hour', () => {
    expect(probeIn(losing(letIn))).toBe(60_000);
    expect(probeIn(losing(emptyRow))).toBe(UNKNOWN_UNLOCK_MS);
  });

  it('is asked after once: lost again, or lost after an operator’s word, the password waits for people', () => {
    expect([probeIn(losing(losing(letIn))), probeIn(losing(rearmed(losing(letIn), passwordVersion, NOW)))]).toEqual([
      null,
      null,
    ]);
  });

  it('may end in a probe that nobody answers, and that one’s successor waits half an hour', () => {
    expect(probeIn(probePostponed(losing(letIn), passwordVersion, NOW))).toBe(UNKNOWN_UNLOCK_MS);
  });

  it('is not asked after anew by a probe that was out while the password was shut for good', () => {
    expect(probeIn(probePostponed(losing(losing(letIn)), passwordVersion, NOW))).toBeNull();
  });

  it('is as any other once the camera has refused the password, until it is let in again', () => {
    const locked = shutBy(letIn, { ...badLogin, logins: 0, why: 'locked_by_camera', notice });
    expect(probeIn(losing(locked))).toBe(UNKNOWN_UNLOCK_MS);
    const refused = shutBy(letIn, { ...badLogin, notice });
    expect(recordOf(refused, passwordVersion).letIn).toBe(false);
    expect(recordOf(accepted(refused, passwordVersion), passwordVersion)).toMatchObject({ letIn: true, badLogins: 1 });
  });

  it('is one of a password that was never let in, where an older bridge wrote the row', () => {
    const { letIn: _, unheard: __, ...older } = recordOf(letIn, passwordVersion);
    expect(GuardRowSchema.parse({ ...emptyRow, passwords: [older] })).toMatchObject({
      passwords: [{ letIn: false, unheard: 0 }],
    });
  });

  it('is no excuse for a bad login that the camera told of', () => {
    const shut = shutBy(emptyRow, { ...badLogin, notice: { triesLeft: 4, unlockSeconds: null } });
    expect(recordOf(accepted(shut, passwordVersion), passwordVersion).badLogins).toBe(1);
  });
});

describe('the one probe', () => {
  it('waits half an hour where the camera names an unlock time but is not locked', () => {
    const shut = shutBy(emptyRow, { ...badLogin, notice: { triesLeft: 4, unlockSeconds: 3 } });
    const reason = shutOf(shut, passwordVersion);
    expect(isShut(reason, NOW + UNKNOWN_UNLOCK_MS - 1)).toBe(true);
    expect(isShut(reason, NOW + UNKNOWN_UNLOCK_MS)).toBe(false);
  });

  it('waits as long as a locked camera says', () => {
    const locked = {
      ...badLogin,
      logins: 0,
      why: 'locked_by_camera',
      notice: { triesLeft: 0, unlockSeconds: 600 },
    } as const;
    const reason = shutOf(shutBy(emptyRow, locked), passwordVersion);
    expect([isShut(reason, NOW + 599_999), isShut(reason, NOW + 600_000)]).toEqual([true, false]);
  });
});
