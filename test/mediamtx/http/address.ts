// Addresses as Go writes them: `127.0.0.1:8889`, `:8889` for all of the machine's own.

export type Address = { host: string; port: number };

const ALL_ADDRESSES = '0.0.0.0';

/** @throws Error in Go's words */
export function parseAddress(text: string): Address {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  if (at === -1 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`listen tcp: address ${text}: missing port in address`);
  }
  const host = text.slice(0, at).replace(/^\[|\]$/g, '');
  return { host: host === '' ? ALL_ADDRESSES : host, port };
}

/** The line that stands before the exit with code 1. */
export function listenError(network: 'tcp' | 'udp', address: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const why = code === 'EADDRINUSE' ? 'bind: address already in use' : `bind: ${String(code ?? error)}`;
  return new Error(`listen ${network} ${address}: ${why}`);
}
