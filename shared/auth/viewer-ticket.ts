// A viewer's ticket: what a player that can send no header shows instead of a token. It starts a session within a
// minute of its minting, for one camera, and that session ends when the token would have.
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { type CameraId, CameraIdSchema } from '../detection/detection.ts';
import { Rejected } from '../support/errors.ts';
import type { User } from './user.ts';

/** Short, because players put tickets into URLs, and URLs are kept in histories and logs. */
export const TICKET_START_MS = 60_000;
export const TICKET_LIFE_MS = 12 * 3_600_000;
/** A subject of 256 characters, each escaped in JSON, still fits. */
const MAX_TICKET_CHARACTERS = 4_096;
/** Raised when the payload's meaning changes; older tickets are then refused. */
const VERSION = 'v1';

const Payload = z.tuple([CameraIdSchema, z.string().min(1), z.int().nonnegative(), z.int().nonnegative()]);

export type ViewerTicket = {
  camera: CameraId;
  subject: string;
  /** UTC ms: it starts no session from here on. */
  startBefore: number;
  /** UTC ms: a session that it started ends here. */
  until: number;
};

type Minting = { camera: CameraId; user: Pick<User, 'subject' | 'expiresAt'>; now: number };

/** `now` in UTC ms. The text is safe in a URL and as an RTSP password. */
export function mintTicket(secret: Uint8Array, { camera, user, now }: Minting): ViewerTicket & { text: string } {
  const until = Math.floor(Math.min(user.expiresAt, now + TICKET_LIFE_MS));
  const startBefore = Math.floor(Math.min(now + TICKET_START_MS, until));
  const ticket = { camera, subject: user.subject, startBefore, until };
  const payload = Buffer.from(JSON.stringify([camera, user.subject, startBefore, until])).toString('base64url');
  return { ...ticket, text: `${VERSION}.${payload}.${sign(secret, payload)}` };
}

/** Throws Rejected `unauthorized` for anything that `mintTicket` did not make, and for a ticket that came too late. */
export function readTicket(secret: Uint8Array, text: string, now: number): ViewerTicket {
  if (text.length > MAX_TICKET_CHARACTERS) throw refused('it is too long');
  const [version, payload = '', signature = '', ...rest] = text.split('.');
  if (version !== VERSION || rest.length > 0 || !isSame(signature, sign(secret, payload))) {
    throw refused('it was not given by this gate');
  }
  const parsed = Payload.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (!parsed.success) throw refused('it was not given by this gate');
  const [camera, subject, startBefore, until] = parsed.data;
  if (now >= startBefore || now >= until) throw refused('it came too late; get a fresh one');
  return { camera, subject, startBefore, until };
}

// As text, not decoded: base64url has several spellings of the same bytes.
function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function sign(secret: Uint8Array, payload: string): string {
  return createHmac('sha256', secret).update(`viewer-ticket\0${VERSION}\0${payload}`).digest('base64url');
}

function refused(why: string): Rejected {
  return new Rejected('unauthorized', `could not take the ticket: ${why}`);
}
