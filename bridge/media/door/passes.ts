// A pass is the door's own word to MediaMTX's hook: whoever brings it was let in. It never leaves this machine.
import { randomBytes } from 'node:crypto';
import type { StreamName } from '../../../shared/video/stream-name.ts';
import type { Transport } from './neighbours.ts';

const PASS_BYTES = 32;

type Reading = { stream: StreamName; by: Exclude<Transport, 'rtsp'> };

export type Passes = {
  issue(reading: Reading): string;
  revoke(pass: string): void;
  allows(pass: string, reading: Reading): boolean;
};

/** Live passes only, as many as there are viewers; the callers bound those. */
export function createPasses(): Passes {
  const live = new Map<string, Reading>();
  return {
    issue(reading) {
      const pass = randomBytes(PASS_BYTES).toString('base64url');
      live.set(pass, reading);
      return pass;
    },
    revoke(pass) {
      live.delete(pass);
    },
    allows(pass, { stream, by }) {
      const reading = live.get(pass);
      return reading !== undefined && reading.stream === stream && reading.by === by;
    },
  };
}
