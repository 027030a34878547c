// A configuration that is read in parts, so that the mistakes of all of them are told at once.
import type { Environment } from '../shared/isapi/cameras.ts';
import { Rejected } from '../shared/support/errors.ts';

const COULD_NOT_READ = 'could not read the configuration: ';

export type Part<T> = { success: true; data: T } | { success: false; mistakes: string[] };

/** A setting that is there and empty is not set: `GATE_WEBHOOK_PORT=` asks for no port, and not for port 0. */
export function settingsIn(env: Environment): Environment {
  // Each is looked up when it is read: who looks on learns which are.
  return new Proxy(env, {
    get: (_, name) => {
      const value = typeof name === 'string' ? env[name] : undefined;
      return value?.trim() ? value : undefined;
    },
  });
}

/** What `read` returns, or the sentences of the Rejected that it throws; all else it throws goes on. */
export function readPart<T>(read: () => T): Part<T> {
  try {
    return { success: true, data: read() };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const { message } = error;
    const sentences = message.startsWith(COULD_NOT_READ) ? message.slice(COULD_NOT_READ.length) : message;
    return { success: false, mistakes: sentences.split('\n') };
  }
}

export function mistakesIn(part: Part<unknown>): string[] {
  return part.success ? [] : part.mistakes;
}

/** Each mistake is a sentence that names its setting. */
export function wrongConfiguration(mistakes: readonly string[]): Rejected {
  return new Rejected('invalid_request', `${COULD_NOT_READ}${mistakes.join('\n')}`);
}
