import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { Rejected } from '../../../shared/support/errors.ts';

export type Terminal = { input: Readable & { isTTY?: boolean }; output: Writable };

/**
 * Asks y/N; anything but a y is no. `yes`: asks nothing.
 * @throws Rejected `invalid_request` where nobody can answer
 */
export function confirmOn({ input, output }: Terminal, { yes }: { yes: boolean }) {
  return async (question: string): Promise<boolean> => {
    if (yes) return true;
    if (input.isTTY !== true) {
      throw new Rejected('invalid_request', 'could not ask: this is no terminal; --yes goes on without asking');
    }
    const lines = createInterface({ input, output });
    try {
      return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
    } finally {
      lines.close();
    }
  };
}
