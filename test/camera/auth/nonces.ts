import { randomBytes } from 'node:crypto';

/** Nonces that were handed out, how often each was used, and for which URL. */
export type Nonces = {
  issue(url: string): string;
  /** Takes one use of the nonce; false when it is unknown, used up, replayed or bound to another URL. */
  spend(nonce: string, url: string, nc: string): boolean;
  /** As after a reboot, or when every nonce has grown old. */
  forget(): void;
};

/** Nonces remembered; the oldest go first, as in a small device. */
const MAX_NONCES = 1000;

type Policy = { uses: number; boundToUrl: boolean; withTime: boolean; now: () => number };

export function createNonces(policy: Policy): Nonces {
  const issued = new Map<string, { url: string; uses: number; highestNc: number }>();
  return {
    issue(url) {
      const hex = randomBytes(16).toString('hex');
      const nonce = policy.withTime ? `${hex}:${policy.now()}` : hex;
      issued.set(nonce, { url, uses: 0, highestNc: 0 });
      for (const oldest of issued.keys()) {
        if (issued.size <= MAX_NONCES) break;
        issued.delete(oldest);
      }
      return nonce;
    },
    spend(nonce, url, nc) {
      const known = issued.get(nonce);
      if (known === undefined || known.uses >= policy.uses) return false;
      if (policy.boundToUrl && known.url !== url) return false;
      // Only growth is asked for: clients count in hex, in decimal and with gaps (RFC 2069 clients not at all).
      const count = nc === '' ? known.highestNc + 1 : Number.parseInt(nc, 16);
      if (!(count > known.highestNc)) return false;
      known.uses += 1;
      known.highestNc = count;
      return true;
    },
    forget: () => issued.clear(),
  };
}
