import { CURSOR_SECRET_KEY } from './keys.ts';
import { type SecretTable, tableSecret } from './table-secret.ts';

/** The key that signs cursors. */
export function cursorSecret({ client, table }: SecretTable): () => Promise<Uint8Array> {
  return tableSecret({ client, table }, CURSOR_SECRET_KEY);
}
