import { TICKET_SECRET_KEY } from './keys.ts';
import { withTableErrors } from './table-errors.ts';
import { type SecretTable, tableSecret } from './table-secret.ts';

/** The key that signs viewers' tickets: the api mints with it, the door reads with it. Throws Busy or Broken. */
export function ticketSecret({ client, table }: SecretTable): () => Promise<Uint8Array> {
  const secret = tableSecret({ client, table }, TICKET_SECRET_KEY);
  return () => withTableErrors('get the key of viewers’ tickets', secret);
}
