// Who may watch: a token with gate:read, or a viewer's ticket. A token that was good once is known from memory until its
// end, so that a player's ten requests a second cost a hash each.
import { createHash } from 'node:crypto';
import { requireRight, type User } from '../../../shared/auth/user.ts';
import type { VerifyToken } from '../../../shared/auth/verify-token.ts';
import type { CameraId } from '../../../shared/detection/detection.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { Busy, Rejected } from '../../../shared/support/errors.ts';
import { partsOf, type StreamName } from '../../../shared/video/stream-name.ts';
import { BoundedMap } from './bounded-map.ts';
import { rateLimit } from './rate-limit.ts';
import type { TicketReader } from './ticket-reader.ts';

/** Tokens that are known to be good, and such as are known not to be. */
const MAX_KNOWN = 2_000;
/** Verifications under way: they only pile up while the issuer's keys are being fetched. */
const MAX_VERIFYING = 256;
/** A player that repeats a token that has ended asks nothing new, and does not use up its address's tries. */
const REFUSAL_REMEMBERED_MS = 10_000;
const REFUSED_TOKENS = { limit: 20, windowMs: 60_000 };
const RETRY_AFTER_SECONDS = 1;
const BEARER = /^Bearer +([^ ]+) *$/i;

export type Viewer = {
  subject: string;
  /** UTC ms: nothing is shown from here on. */
  until: number;
};

/** What a request shows: its Authorization header, else a ticket. `address` is what refusals are counted by. */
export type Shown = { authorization: string | undefined; ticket: string | undefined; address: string };

/**
 * Resolves with who may watch `stream`. Throws Rejected `unauthorized` or `forbidden`, and Busy: `rate_limited` after
 * too many refused tokens, `internal` when what is needed to tell is out of reach.
 */
export type Admission = (stream: StreamName, shown: Shown) => Promise<Viewer>;

type Dependencies = { verifyToken: VerifyToken; tickets: TicketReader; clock: Clock };

export function createAdmission({ verifyToken, tickets, clock }: Dependencies): Admission {
  const good = new BoundedMap<string, User>(MAX_KNOWN);
  const bad = new BoundedMap<string, { refusal: Rejected; until: number }>(MAX_KNOWN);
  const verifying = new Map<string, Promise<User>>();
  const refusals = rateLimit({ ...REFUSED_TOKENS, clock });

  async function userOf(token: string, address: string): Promise<User> {
    const key = createHash('sha256').update(token).digest('base64');
    const known = good.get(key) ?? (await verified(key, token, address));
    if (known.expiresAt > clock.now()) return known;
    good.delete(key);
    throw new Rejected('unauthorized', 'could not verify the token: it has expired');
  }

  async function verified(key: string, token: string, address: string): Promise<User> {
    const refused = bad.get(key);
    if (refused !== undefined && clock.now() < refused.until) throw refused.refusal;
    return counted(address, async () => {
      try {
        const user = await verifyOnce(key, token);
        good.set(key, user);
        return user;
      } catch (thrown) {
        if (thrown instanceof Rejected) {
          bad.set(key, { refusal: thrown, until: clock.now() + REFUSAL_REMEMBERED_MS });
        }
        throw thrown;
      }
    });
  }

  function verifyOnce(key: string, token: string): Promise<User> {
    const running = verifying.get(key);
    if (running !== undefined) return running;
    if (verifying.size >= MAX_VERIFYING) {
      const message = 'could not verify the token: too many are being verified';
      throw new Busy('rate_limited', message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    const started = verifyToken(token).finally(() => verifying.delete(key));
    verifying.set(key, started);
    return started;
  }

  /** Runs a check of something that may be a guess, for an address that has not guessed wrong too often. */
  async function counted<T>(address: string, check: () => Promise<T>): Promise<T> {
    const wait = refusals.look(address);
    if (wait !== null) {
      const message = 'could not verify the token: too many were refused from this address';
      throw new Busy('rate_limited', message, { retryAfterSeconds: wait });
    }
    try {
      return await check();
    } catch (thrown) {
      if (thrown instanceof Rejected) refusals.take(address);
      throw thrown;
    }
  }

  return async (stream, { authorization, ticket, address }) => {
    if (authorization !== undefined) {
      const token = BEARER.exec(authorization)?.[1];
      if (token === undefined)
        throw new Rejected('unauthorized', 'could not verify the token: it is not sent as Bearer');
      const user = await userOf(token, address);
      requireRight(user, 'gate:read');
      return { subject: user.subject, until: user.expiresAt };
    }
    if (ticket === undefined) throw new Rejected('unauthorized', 'could not let a viewer in: there is no token');
    const { subject, until, camera } = await counted(address, () => tickets.read(ticket));
    requireCamera(stream, camera);
    return { subject, until };
  };
}

function requireCamera(stream: StreamName, camera: CameraId): void {
  if (partsOf(stream).camera === camera) return;
  throw new Rejected('forbidden', 'could not let a viewer in: the ticket is for another camera');
}
