import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { WrongUsage } from '../arguments.ts';

export type Terminal = { input: Readable & { isTTY?: boolean }; output: Writable };

/** `stop` is aborted by Ctrl-C at the question, and an abort from elsewhere answers it with no. */
type Consent = { yes: boolean; stop: AbortController };

/**
 * Asks y/N; anything but a y is no, the end of the input too. `yes`: asks nothing.
 * @throws WrongUsage where nobody can answer
 */
export function confirmOn({ input, output }: Terminal, { yes, stop }: Consent) {
  return async (question: string): Promise<boolean> => {
    if (stop.signal.aborted) return false;
    if (yes) return true;
    if (input.isTTY !== true) throw new WrongUsage('could not ask: this is no terminal; --yes goes on without asking');
    const over = new AbortController();
    const lines = createInterface({ input, output });
    // At a prompt Ctrl-C is a key and no signal; and a question whose input has ended is never settled by itself.
    lines.once('SIGINT', () => stop.abort());
    lines.once('close', () => over.abort());
    try {
      const signal = AbortSignal.any([stop.signal, over.signal]);
      const answer = await lines.question(`${question} [y/N] `, { signal });
      return /^y(es)?$/i.test(answer.trim());
    } catch (error) {
      if (stop.signal.aborted || over.signal.aborted) return false;
      throw error;
    } finally {
      lines.close();
    }
  };
}
