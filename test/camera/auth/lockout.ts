/** The illegal-login lock of one camera: bad logins by client address (ISAPI.md 2.3). */
export type Lockout = {
  /** Seconds until the address may log in again; 0 when it may now. */
  secondsLeft(address: string): number;
  /** Tries left before the lock. */
  triesLeft(address: string): number;
  bad(address: string): void;
  good(address: string): void;
  /** A reboot clears every lock. */
  clear(): void;
};

type Policy = { lockAfter: number; lockSeconds: number; now: () => number };

export function createLockout(policy: Policy): Lockout {
  const byAddress = new Map<string, { tries: number; lockedAt: number | null }>();

  function record(address: string) {
    const known = byAddress.get(address) ?? { tries: 0, lockedAt: null };
    const over = known.lockedAt !== null && policy.now() - known.lockedAt >= policy.lockSeconds * 1000;
    const current = over ? { tries: 0, lockedAt: null } : known;
    byAddress.set(address, current);
    return current;
  }

  return {
    secondsLeft(address) {
      const { lockedAt } = record(address);
      return lockedAt === null ? 0 : Math.ceil(policy.lockSeconds - (policy.now() - lockedAt) / 1000);
    },
    triesLeft: (address) => Math.max(0, policy.lockAfter - record(address).tries),
    bad(address) {
      const { tries, lockedAt } = record(address);
      const spent = tries + 1;
      const locks = lockedAt === null && spent >= policy.lockAfter;
      byAddress.set(address, { tries: spent, lockedAt: locks ? policy.now() : lockedAt });
    },
    good: (address) => void byAddress.delete(address),
    clear: () => byAddress.clear(),
  };
}
