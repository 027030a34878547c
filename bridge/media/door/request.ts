// Reading a viewer's request: hostile until checked.
import type { Context } from 'hono';
import { Rejected } from '../../../shared/support/errors.ts';
import { notOfType } from './problem.ts';

/** Throws WrongForm 415. */
export function requireType(c: Context, type: string): void {
  const given = c.req.header('Content-Type') ?? '';
  if (given.split(';', 1)[0]?.trim().toLowerCase() !== type) throw notOfType(type);
}

/** Before a byte is read. Throws Rejected `too_large`. */
export function requireLength(c: Context, maxBytes: number): void {
  if (Number(c.req.header('Content-Length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/** Throws Rejected `too_large`, and `invalid_request` when the body breaks off. */
export async function readBody(c: Context, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of c.req.raw.body ?? []) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (thrown) {
    if (thrown instanceof Rejected) throw thrown;
    throw new Rejected('invalid_request', 'could not read the request: its body broke off', { cause: thrown });
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): Rejected {
  return new Rejected('too_large', `could not read the request: its body is larger than ${maxBytes} bytes`);
}
