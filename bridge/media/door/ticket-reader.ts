// Reads viewers' tickets from memory: the key comes once from the table, and a table that is away costs tickets only.
import { readTicket, type ViewerTicket } from '../../../shared/auth/viewer-ticket.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { Busy, reasonOf } from '../../../shared/support/errors.ts';
import type { Log } from '../../../shared/support/log.ts';

const RETRY_AFTER_SECONDS = 5;

export type TicketReader = {
  /** Throws Rejected `unauthorized`, and Busy while the key has not come. */
  read(text: string): Promise<ViewerTicket>;
  /** Without waiting; null for a ticket that is not good, and while the key has not come. */
  readNow(text: string): ViewerTicket | null;
};

type Dependencies = { ticketKey: () => Promise<Uint8Array>; clock: Clock; log: Log };

/** Asks for the key at once, and again with the next ticket when it did not come. */
export function ticketReader({ ticketKey, clock, log }: Dependencies): TicketReader {
  let key: Uint8Array | null = null;
  let asking: Promise<Uint8Array> | null = null;

  function ask(): Promise<Uint8Array> {
    asking ??= ticketKey()
      .then((came) => {
        key = came;
        return came;
      })
      .finally(() => {
        asking = null;
      });
    return asking;
  }

  function askInBackground(): void {
    ask().catch((thrown: unknown) => log.warn('ticket_key.missing', { reason: reasonOf(thrown) }));
  }

  askInBackground();
  return {
    async read(text) {
      const secret = key ?? (await ask().catch(missing));
      return readTicket(secret, text, clock.now());
    },
    readNow(text) {
      if (key === null) {
        if (asking === null) askInBackground();
        return null;
      }
      try {
        return readTicket(key, text, clock.now());
      } catch {
        return null;
      }
    },
  };
}

function missing(cause: unknown): never {
  const message =
    'could not check the ticket: its key is out of reach; a token in the Authorization header still works';
  throw new Busy('internal', message, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
