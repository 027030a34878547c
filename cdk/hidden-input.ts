import { createInterface } from 'node:readline/promises';
import { PassThrough, type Readable, type Writable } from 'node:stream';

export type Terminal = { input: Readable & { isTTY?: boolean }; output: Writable };

/** Ctrl-C or Ctrl-D at the prompt. */
export class Interrupted extends Error {}

/**
 * Asks for lines without showing what is typed; from a pipe, takes the next line. Prompts go to `output`. A missing
 * line is an empty one; where a person gives none, it throws Interrupted.
 */
export function hiddenInput({ input, output }: Terminal): { ask: (prompt: string) => Promise<string>; close(): void } {
  // Readline echoes to where it writes: with a terminal it is told of one, and writes into nothing.
  const nowhere = new PassThrough().resume();
  const lines = createInterface({ input, output: nowhere, terminal: input.isTTY === true, historySize: 0 });
  const next = lines[Symbol.asyncIterator]();
  return {
    ask: async (prompt) => {
      output.write(prompt);
      const { value, done } = await next.next();
      output.write('\n');
      if (done === true && input.isTTY === true) throw new Interrupted('could not set the password: interrupted');
      return done === true ? '' : value;
    },
    close: () => lines.close(),
  };
}
