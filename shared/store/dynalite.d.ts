// dynalite carries no types; this is the part of its options that the tests and the local system use.
declare module 'dynalite' {
  import type { Server } from 'node:http';

  const dynalite: (options?: { path?: string; createTableMs?: number }) => Server;
  export = dynalite;
}
