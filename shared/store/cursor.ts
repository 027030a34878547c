// Cursors are opaque and signed: they hold a position and a fingerprint of the search they belong to, never a plate.
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { DetectionIdSchema } from '../detection/detection.ts';
import { Rejected } from '../support/errors.ts';
import type { Moment } from './keys.ts';

/** Raised when the position's meaning changes; older cursors are then refused. */
const VERSION = 1;
const MAX_CURSOR_CHARACTERS = 512;
const FINGERPRINT_BYTES = 12;

const Position = z.object({
  v: z.literal(VERSION),
  at: z.iso.datetime({ precision: 3 }),
  id: DetectionIdSchema,
  search: z.string(),
});

/** `search` is the canonical text of the filters; a cursor goes on only with the very search that gave it. */
export function writeCursor(secret: Uint8Array, search: string, { at, id }: Moment): string {
  const position: z.infer<typeof Position> = { v: VERSION, at, id, search: fingerprint(secret, search) };
  const payload = Buffer.from(JSON.stringify(position)).toString('base64url');
  return `${payload}.${sign(secret, payload).toString('base64url')}`;
}

/** Throws Rejected `invalid_request` for anything that `writeCursor` did not make for this search. */
export function readCursor(secret: Uint8Array, search: string, cursor: string): Moment {
  if (cursor.length > MAX_CURSOR_CHARACTERS) throw refused('it is too long');
  const [payload = '', signature = '', ...rest] = cursor.split('.');
  const expected = sign(secret, payload);
  const given = Buffer.from(signature, 'base64url');
  // Decoding is lenient, so the text is compared too: one position has one spelling.
  const spelledAsSigned = signature === expected.toString('base64url') && rest.length === 0;
  if (given.length !== expected.length || !timingSafeEqual(given, expected) || !spelledAsSigned) {
    throw refused('it was not given by this API');
  }
  const position = Position.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (!position.success) throw refused('it is of another version');
  if (position.data.search !== fingerprint(secret, search)) throw refused('it belongs to another search');
  return { at: position.data.at, id: position.data.id };
}

function sign(secret: Uint8Array, payload: string): Buffer {
  return createHmac('sha256', secret).update(`cursor\0${payload}`).digest();
}

// Keyed: a bare hash of a search by plate could be tried out against all plates.
function fingerprint(secret: Uint8Array, search: string): string {
  const digest = createHmac('sha256', secret).update(`search\0${search}`).digest();
  return digest.subarray(0, FINGERPRINT_BYTES).toString('base64url');
}

function refused(why: string): Rejected {
  return new Rejected('invalid_request', `could not go on from this cursor: ${why}`);
}
